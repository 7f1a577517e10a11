import { type Static, type TSchema, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { Elysia } from 'elysia'
import type { Sql } from '../database/sql.ts'
import type { Caller } from '../http/caller.ts'
import { invalid, taskNotFound } from '../http/errors.ts'
import { fieldsParameter, fieldsText, selectFields } from '../http/field-selection.ts'
import { operation } from '../http/operation.ts'
import { noQuery } from '../http/query.ts'
import { type Authenticate, readBody, requireService } from '../http/require-service.ts'
import { mebibyte } from '../http/strict-json.ts'
import { Key } from '../task-fields/identity.ts'
import { deleteByKey, findIdByKey, postByKey, putByKey } from './by-key.ts'
import type { TaskRules } from './input.ts'
import { Task, TaskReplace, TaskUpdate } from './model.ts'
import { Conditions, changeOperation, etagHeader, locationHeader, withEtag } from './one-task.ts'
import { returnedColumns } from './queries.ts'
import { readTask, taskResponse } from './read-task.ts'
import { warningHeaders, withWarning } from './warnings.ts'

/** A request as the handlers get it. */
interface Context<Body = unknown> {
  readonly caller: Caller
  readonly headers: Static<typeof Conditions>
  readonly body: Body
  readonly set: { headers: Record<string, string | number>; status?: number | string }
}

const GetQuery = Type.Object({ fields: Type.Optional(fieldsParameter) }, { additionalProperties: false })

interface GetContext extends Pick<Context, 'caller'> {
  readonly query: Static<typeof GetQuery>
  readonly request: Request
}

// A key contains slashes, and clients send them either as %2F or as they are. The first is one part of a path, `:taskKey`, and
// is what the OpenAPI document describes; the second is its end, `*`.
const encoded = {
  params: Type.Object({ taskKey: Key }),
  keyOf: ({ taskKey }: Record<string, string>) => taskKey as string,
}
const plain = {
  params: Type.Object({ '*': Type.String() }),
  keyOf: (params: Record<string, string>) => {
    const key = decode(params['*'] as string)
    if (!Value.Check(Key, key)) throw invalid([{ path: '/taskKey', message: `must be ${Key.description}` }])
    return key
  },
}

/** Returns the text of a part of a path; an empty one, which is no key, if it is malformed. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return ''
  }
}

/** Creates the routes for a task by its key: create or replace, update, get and delete. */
export function byKeyRoutes(sql: Sql, authenticate: Authenticate, rules: TaskRules) {
  const parse = readBody(authenticate, mebibyte)
  const put = async ({ caller, body, headers, set }: Context<Static<typeof TaskReplace>>, key: string) => {
    const { task, isNew } = await putByKey(sql, rules, caller, key, body, headers['if-match'])
    if (isNew) {
      set.status = 201
      set.headers.location = `/tasks/${task.id}`
    }
    return withWarning(set, withEtag(set, task), body.header)
  }
  const post = async ({ caller, body, headers, set }: Context<TaskUpdate>, key: string) =>
    withWarning(set, withEtag(set, await postByKey(sql, rules, caller, key, body, headers['if-match'])), body.header)
  const get = async ({ caller, query, request }: GetContext, key: string) => {
    const names = selectFields(query.fields, returnedColumns)
    const id = await findIdByKey(sql, caller.serviceId, key)
    const task = id && (await readTask(sql, caller.serviceId, id, names))
    if (!task) throw taskNotFound('key')
    return taskResponse(request, caller.serviceId, task)
  }
  const remove = async ({ caller, headers }: Pick<Context, 'caller' | 'headers'>, key: string) => {
    await deleteByKey(sql, rules, caller, key, headers['if-match'])
    return new Response(null, { status: 204, headers: { 'cache-control': 'no-store' } })
  }
  const reading = { scope: 'read' as const, query: GetQuery }
  const deleting = { scope: 'write' as const, query: noQuery, headers: Conditions }
  const changing = <Body extends TSchema>(body: Body) => ({ ...deleting, parse, body })
  const hidden = { detail: { hide: true } }
  return new Elysia({ name: 'tasks-by-key', prefix: '/tasks/by-key', normalize: false, tags: ['tasks'] })
    .use(requireService(authenticate))
    .put('/:taskKey', (context) => put(context, encoded.keyOf(context.params)), {
      ...{ ...changing(TaskReplace), params: encoded.params },
      detail: putOperation,
    })
    .put('/*', (context) => put(context, plain.keyOf(context.params)), {
      ...{ ...changing(TaskReplace), params: plain.params, ...hidden },
    })
    .post('/:taskKey', (context) => post(context, encoded.keyOf(context.params)), {
      ...{ ...changing(TaskUpdate), params: encoded.params },
      detail: changeOperation('updateTaskByKey', 'Change the fields that are given of the task that has a key'),
    })
    .post('/*', (context) => post(context, plain.keyOf(context.params)), {
      ...{ ...changing(TaskUpdate), params: plain.params, ...hidden },
    })
    .get('/:taskKey', (context) => get(context, encoded.keyOf(context.params)), {
      ...{ ...reading, params: encoded.params },
      detail: operation(
        'getTaskByKey',
        'Get the task that has a key',
        { status: 200, description: `The task. ${fieldsText}`, schema: Task, headers: etagHeader },
        [400, 404],
      ),
    })
    .get('/*', (context) => get(context, plain.keyOf(context.params)), {
      ...{ ...reading, params: plain.params, ...hidden },
    })
    .delete('/:taskKey', (context) => remove(context, encoded.keyOf(context.params)), {
      ...{ ...deleting, params: encoded.params },
      detail: operation(
        'deleteTaskByKey',
        'Delete the task that has a key, and its executions; the key is free at once',
        { status: 204, description: 'It is gone.' },
        [400, 404, 412],
      ),
    })
    .delete('/*', (context) => remove(context, plain.keyOf(context.params)), {
      ...{ ...deleting, params: plain.params, ...hidden },
    })
}

const headers = { ...etagHeader, ...warningHeaders }
const putOperation = operation(
  'putTaskByKey',
  'Create a task with a key, or replace the task that has it; the same body again changes nothing',
  { status: 200, description: 'A task had the key, and is now as given.', schema: Task, headers },
  [400, 412, 413, 415],
  { status: 201, description: 'The new task.', schema: Task, headers: { ...headers, ...locationHeader } },
)

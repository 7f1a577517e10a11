import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { Sql } from '../database/sql.ts'
import { Id } from '../formats/schema.ts'
import type { Caller } from '../http/caller.ts'
import { ApiError, invalid, taskNotFound } from '../http/errors.ts'
import { fieldsParameter, fieldsText, selectFields } from '../http/field-selection.ts'
import { operation } from '../http/operation.ts'
import { noQuery } from '../http/query.ts'
import { type Authenticate, readBody, requireService } from '../http/require-service.ts'
import { mebibyte } from '../http/strict-json.ts'
import { IdempotencyHeaders } from '../idempotency/key.ts'
import { nothingStored } from '../secrets/secrets.ts'
import { checkProfileUrl, onlyForHttps } from '../tls-profiles/uses.ts'
import { isReadBackText } from '../transitions/read-back.ts'
import type { ConditionalChange } from './change.ts'
import { createTask } from './create.ts'
import { readIfMatch } from './if-match.ts'
import { type TaskRules, toChange, toNewTask, toReplacement } from './input.ts'
import { Task, TaskCreate, TaskReplace, TaskUpdate } from './model.ts'
import { findSecretNames, findTask, retireTask, returnedColumns, type StoredTask } from './queries.ts'
import { readTask, taskResponse } from './read-task.ts'
import { changeTask } from './update.ts'
import { urlChangeFault } from './url-change.ts'
import { warningHeaders, withWarning } from './warnings.ts'

const oneTask = Type.Object({ taskId: Id })
const etagHeader = { ETag: { description: 'The version of the task.', schema: { type: 'string' } } }
const locationHeader = { Location: { description: 'Where the task stands.', schema: { type: 'string' } } }

const Conditions = Type.Object({
  'if-match': Type.Optional(
    Type.String({ description: "The task's ETag as it was read; when it is stale the answer is 412." }),
  ),
})

/** Returns a task as the response body, and sets its version as ETag. */
function withEtag(set: { headers: Record<string, string | number> }, { version, ...task }: StoredTask): Task {
  set.headers.etag = `"${version}"`
  return task
}

/** Returns why an update changed nothing: there is no such task, or the condition did not hold. */
async function updateError(
  sql: Sql,
  serviceId: string,
  id: string,
  { change, condition }: ConditionalChange,
): Promise<ApiError> {
  const stored = await findTask(sql, serviceId, id)
  if (!stored) return taskNotFound()
  const changed = (['created_at', 'updated_at'] as const).filter(
    (name) => condition[name] !== undefined && !isReadBackText(condition[name], stored[name]),
  )
  if (changed.length > 0)
    return invalid(
      changed.map((name) => ({ path: `/${name}`, message: `cannot be changed; leave it out or send ${stored[name]}` })),
    )
  const retained = change.header?.retained ?? []
  const secret = retained.length > 0 ? await findSecretNames(sql, serviceId, id) : []
  const missing = Object.keys(change.header?.header ?? {}).filter((name) => {
    const lower = name.toLowerCase()
    return retained.includes(lower) && !secret.includes(lower)
  })
  if (missing.length > 0) return invalid(missing.map(nothingStored))
  const urlFault = change.target && urlChangeFault(change.target, stored)
  if (urlFault) return invalid([urlFault])
  const { tls_profile = stored.tls_profile, target } = change
  if (checkProfileUrl(target?.url ?? stored.url, tls_profile).length > 0) return invalid([onlyForHttps])
  return stale()
}

/** 412 for a task that has none of the versions in If-Match. */
const stale = () =>
  new ApiError(
    'stale_version',
    'The task was changed since the version in If-Match. Read it again and repeat the change.',
  )

/** Creates the routes for single tasks: create, update, replace, get and delete. */
export function taskRoutes(sql: Sql, authenticate: Authenticate, rules: TaskRules) {
  const parse = readBody(authenticate, mebibyte)
  const update = async (caller: Caller, id: string, change: ConditionalChange) => {
    const row = await changeTask(sql, caller, id, change, rules.secrets)
    if (!row) throw await updateError(sql, caller.serviceId, id, change)
    return row
  }
  const changing = { scope: 'write' as const, parse, params: oneTask, query: noQuery, headers: Conditions }
  const changeOperation = (id: string, summary: string) =>
    operation(
      id,
      summary,
      {
        status: 200,
        description: 'The task as it is now.',
        schema: Task,
        headers: { ...etagHeader, ...warningHeaders },
      },
      [400, 404, 412, 413, 415],
    )
  return new Elysia({ name: 'tasks', prefix: '/tasks', normalize: false, tags: ['tasks'] })
    .use(requireService(authenticate))
    .post(
      '/',
      async ({ caller, body, headers, set }) => {
        const task = await createTask(sql, rules.secrets, caller, toNewTask(rules, body), headers['idempotency-key'])
        set.status = 201
        set.headers.location = `/tasks/${task.id}`
        return withWarning(set, withEtag(set, task), body.header)
      },
      {
        parse,
        query: noQuery,
        headers: IdempotencyHeaders,
        body: TaskCreate,
        scope: 'write',
        detail: operation(
          'createTask',
          'Create a task',
          {
            status: 201,
            description: 'The new task.',
            schema: Task,
            headers: { ...etagHeader, ...locationHeader, ...warningHeaders },
          },
          [400, 409, 413, 415],
        ),
      },
    )
    .post(
      '/:taskId',
      async ({ caller, serviceId, params: { taskId }, body, headers, set }) => {
        const change = toChange(rules, body, serviceId, taskId, headers['if-match'])
        return withWarning(set, withEtag(set, await update(caller, taskId, change)), body.header)
      },
      { ...changing, body: TaskUpdate, detail: changeOperation('updateTask', 'Change the fields that are given') },
    )
    .put(
      '/:taskId',
      async ({ caller, serviceId, params: { taskId }, body, headers, set }) => {
        const change = toReplacement(rules, body, serviceId, taskId, headers['if-match'])
        return withWarning(set, withEtag(set, await update(caller, taskId, change)), body.header)
      },
      {
        ...changing,
        body: TaskReplace,
        detail: changeOperation(
          'replaceTask',
          'Replace a task; what is left out takes its default, and the next run stays where the schedule is the same',
        ),
      },
    )
    .get(
      '/:taskId',
      async ({ serviceId, params, query, request }) => {
        const names = selectFields(query.fields, returnedColumns)
        const read = await readTask(sql, serviceId, params.taskId, names)
        if (!read) throw taskNotFound()
        return taskResponse(request, serviceId, read)
      },
      {
        params: oneTask,
        query: Type.Object({ fields: Type.Optional(fieldsParameter) }, { additionalProperties: false }),
        scope: 'read',
        detail: operation(
          'getTask',
          'Get a task',
          {
            status: 200,
            description: `The task. Its ETag is its version, which runs do not raise: If-None-Match gives 304 as long as it is certain that no run has changed scheduled_at or status since, and always where \`fields\` asks for neither. ${fieldsText}`,
            schema: Task,
            headers: etagHeader,
            revalidates: true,
          },
          [400, 404],
        ),
      },
    )
    .delete(
      '/:taskId',
      async ({ caller, serviceId, params, headers }) => {
        const condition = readIfMatch(headers['if-match'])
        if (!(await retireTask(sql, caller, params.taskId, rules.secrets.names.pattern, condition)))
          throw (await findTask(sql, serviceId, params.taskId)) ? stale() : taskNotFound()
        return new Response(null, { status: 204, headers: { 'cache-control': 'no-store' } })
      },
      {
        params: oneTask,
        query: noQuery,
        headers: Conditions,
        scope: 'write',
        detail: operation(
          'deleteTask',
          'Delete a task and its executions',
          { status: 204, description: 'It is gone.' },
          [400, 404, 412],
        ),
      },
    )
}

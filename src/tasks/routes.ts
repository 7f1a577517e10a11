import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { Sql } from '../database/sql.ts'
import { Id } from '../formats/schema.ts'
import type { Caller } from '../http/caller.ts'
import { taskNotFound } from '../http/errors.ts'
import { fieldsParameter, fieldsText, selectFields } from '../http/field-selection.ts'
import { operation } from '../http/operation.ts'
import { noQuery } from '../http/query.ts'
import { type Authenticate, readBody, requireService } from '../http/require-service.ts'
import { mebibyte } from '../http/strict-json.ts'
import { IdempotencyHeaders } from '../idempotency/key.ts'
import type { ConditionalChange } from './change.ts'
import { createTask } from './create.ts'
import { readIfMatch } from './if-match.ts'
import { type TaskRules, toChange, toNewTask, toReplacement } from './input.ts'
import { Task, TaskCreate, TaskReplace, TaskUpdate } from './model.ts'
import { Conditions, changeOperation, changeOrThrow, etagHeader, locationHeader, stale, withEtag } from './one-task.ts'
import { findTask, retireTask, returnedColumns } from './queries.ts'
import { readTask, taskResponse } from './read-task.ts'
import { warningHeaders, withWarning } from './warnings.ts'

const oneTask = Type.Object({ taskId: Id })
/** Creates the routes for single tasks: create, update, replace, get and delete. */
export function taskRoutes(sql: Sql, authenticate: Authenticate, rules: TaskRules) {
  const parse = readBody(authenticate, mebibyte)
  const update = (caller: Caller, id: string, change: ConditionalChange) =>
    changeOrThrow(sql, caller, id, change, rules.secrets)
  const changing = { scope: 'write' as const, parse, params: oneTask, query: noQuery, headers: Conditions }
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

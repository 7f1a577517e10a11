import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { Sql } from '../database/sql.ts'
import { Id, nullable, Time } from '../formats/schema.ts'
import { inUtc } from '../formats/time.ts'
import { invalid } from '../http/errors.ts'
import { textBody } from '../http/json-stream.ts'
import { releaseReservations } from '../http/memory-budget.ts'
import { operation } from '../http/operation.ts'
import { noQuery } from '../http/query.ts'
import { type Authenticate, readBody, requireService } from '../http/require-service.ts'
import { mebibyte } from '../http/strict-json.ts'
import { IdempotencyHeaders } from '../idempotency/key.ts'
import { inputs } from '../task-fields/fields.ts'
import type { Status } from '../task-fields/statuses.ts'
import { createBulk } from './create.ts'
import { type TaskRules, toNewTasks } from './input.ts'
import { Task, TasksCreate } from './model.ts'
import { checkUntil } from './pause-change.ts'
import { updateStatuses } from './update-statuses.ts'
import { bulkWarning, warningHeaders } from './warnings.ts'

const StatusChange = Type.Object(
  {
    ids: Type.Array(Id, { minItems: 1, maxItems: 1000, description: 'an array of 1 to 1,000 ids' }),
    status: inputs.status,
    until: Type.Optional(
      nullable(
        Time,
        'with status paused: when the tasks are active again by themselves; null, or left out: they stay paused',
      ),
    ),
  },
  {
    $id: 'TaskStatusChange',
    additionalProperties: false,
    description: 'a JSON object',
    examples: [{ ids: ['0198b0b4-2f1c-7c3a-9d55-6a3f5c1b2e10'], status: 'paused', until: '2026-12-24T08:00:00Z' }],
  },
)

/**
 * Returns the end of a pause in UTC.
 * @throws ApiError 400 for a status other than paused, and for a time that is past
 */
function checkedEnd(status: Status, until: string | null | undefined, now: number): string | null {
  if (!until) return null
  const errors =
    status === 'paused'
      ? checkUntil('/until', until, now)
      : [{ path: '/until', message: `is only for status paused: leave it out with status ${status}` }]
  if (errors.length > 0) throw invalid(errors)
  return inUtc(until)
}

/** Schema of the response to a bulk create. */
const CreatedTasks = Type.Object({ tasks: Type.Array(Task) }, { $id: 'CreatedTasks' })
/** Schema of the response to a change of many statuses. */
const StatusesSet = Type.Object({ updated: Type.Integer() }, { $id: 'TaskStatusesSet' })

/** Creates the routes for many tasks at once: POST /tasks/bulk creates tasks, POST /tasks/status sets their status. */
export function bulkRoutes(sql: Sql, authenticate: Authenticate, rules: TaskRules) {
  return new Elysia({ name: 'bulk', prefix: '/tasks', normalize: false, tags: ['tasks'] })
    .use(requireService(authenticate))
    .post(
      '/bulk',
      async ({ caller, body, headers, request }) => {
        const tasks = await createBulk(
          sql,
          rules.secrets,
          caller,
          toNewTasks(rules, body.tasks),
          headers['idempotency-key'],
        )
        const warning = bulkWarning(tasks, body.tasks)
        const json = JSON.stringify({ tasks: tasks.map(({ version: _, ...task }) => task) })
        // The request body is no longer needed. Without this its reservation and that of the response would add up.
        releaseReservations(request)
        return new Response(await textBody(caller.serviceId, json), {
          status: 201,
          headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...warning },
        })
      },
      {
        parse: readBody(authenticate, 16 * mebibyte),
        query: noQuery,
        headers: IdempotencyHeaders,
        body: TasksCreate,
        scope: 'write',
        detail: operation(
          'createTasks',
          'Create up to 1,000 tasks, all or none',
          {
            status: 201,
            description: 'The new tasks, in the order given.',
            schema: CreatedTasks,
            headers: warningHeaders,
          },
          [400, 409, 413, 415],
        ),
      },
    )
    .post(
      '/status',
      async ({ caller, body: { ids, status, until } }) => {
        const end = checkedEnd(status, until, rules.ids.clock.now())
        return { updated: await updateStatuses(sql, caller, ids, status, end) }
      },
      {
        parse: readBody(authenticate, mebibyte),
        query: noQuery,
        body: StatusChange,
        scope: 'write',
        detail: operation(
          'setTaskStatus',
          'Pause, resume or disable many tasks',
          {
            status: 200,
            description: 'How many of the ids are tasks of this service and have the status now.',
            schema: StatusesSet,
          },
          [400, 413, 415],
        ),
      },
    )
}

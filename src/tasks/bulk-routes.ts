import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { Sql } from '../database/sql.ts'
import { textBody } from '../http/json-stream.ts'
import { releaseReservations } from '../http/memory-budget.ts'
import { operation } from '../http/operation.ts'
import { noQuery } from '../http/query.ts'
import { type Authenticate, readBody, requireService } from '../http/require-service.ts'
import { mebibyte } from '../http/strict-json.ts'
import { IdempotencyHeaders } from '../idempotency/key.ts'
import { createBulk } from './create.ts'
import { type TaskRules, toNewTasks } from './input.ts'
import { Task, TasksCreate } from './model.ts'
import { changeStatuses, StatusChange, StatusesSet } from './status-change.ts'
import { bulkWarning, warningHeaders } from './warnings.ts'

/** Schema of the response to a bulk create. */
const CreatedTasks = Type.Object({ tasks: Type.Array(Task) }, { $id: 'CreatedTasks' })

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
    .post('/status', ({ caller, body }) => changeStatuses(sql, caller, body, rules.ids.clock.now()), {
      parse: readBody(authenticate, mebibyte),
      query: noQuery,
      body: StatusChange,
      scope: 'write',
      detail: operation(
        'setTaskStatus',
        'Pause, resume or disable many tasks',
        {
          status: 200,
          description: 'How many tasks have the status now.',
          schema: StatusesSet,
        },
        [400, 413, 415],
      ),
    })
}

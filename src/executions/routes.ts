import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { Sql } from '../database/sql.ts'
import { Id } from '../formats/schema.ts'
import { taskNotFound } from '../http/errors.ts'
import { answerList, pageFrame, pageOf } from '../http/json-stream.ts'
import { pageCount, pageNumber } from '../http/page.ts'
import { noQuery } from '../http/query.ts'
import { type Authenticate, requireService } from '../http/require-service.ts'
import { answers } from '../http/responses.ts'
import { readNothing } from '../http/strict-json.ts'
import { IdempotencyHeaders } from '../idempotency/key.ts'
import { Execution, ExecutionPage, ExecutionStatus } from './model.ts'
import { countExecutions, type ExecutionPlace, listBatch } from './queries.ts'
import { runNow } from './run-now.ts'

const PageQuery = Type.Object(
  {
    pageNumber: Type.Optional(pageNumber),
    count: Type.Optional(pageCount(100)),
    status: Type.Optional(ExecutionStatus),
  },
  { additionalProperties: false },
)

/** The routes of /tasks/{taskId}/executions. */
export function executionRoutes(sql: Sql, authenticate: Authenticate) {
  return new Elysia({ name: 'executions', prefix: '/tasks', normalize: false, tags: ['executions'] })
    .use(requireService(authenticate))
    .post(
      '/:taskId/executions',
      async ({ serviceId, params, headers, request, set }) => {
        await readNothing(request)
        const execution = await runNow(sql, serviceId, params.taskId, headers['idempotency-key'])
        set.status = 202
        return execution
      },
      {
        params: Type.Object({ taskId: Id }),
        query: noQuery,
        headers: IdempotencyHeaders,
        detail: answers(
          'Run a task now, paused and disabled ones too',
          { status: 202, description: 'The execution, queued until a replica takes it.', schema: Execution },
          [400, 404, 409, 413],
        ),
      },
    )
    .get(
      '/:taskId/executions',
      async ({ serviceId, params, query, request }) => {
        const number = Number(query.pageNumber ?? 0)
        const limit = Number(query.count ?? 10)
        const page = { offset: number * limit, limit }
        return answerList<ExecutionPlace>({
          request,
          serviceId,
          frame: countExecutions(sql, serviceId, params.taskId, query.status).then((total) => {
            if (total === undefined) throw taskNotFound()
            return pageFrame({ total_count: total, page_number: number, count: limit })
          }),
          next: pageOf(page, (start) => listBatch(sql, serviceId, params.taskId, query.status, start)),
        })
      },
      {
        params: Type.Object({ taskId: Id }),
        query: PageQuery,
        detail: answers(
          "List a task's executions, newest first",
          { status: 200, description: 'One page; 10 records by default.', schema: ExecutionPage },
          [400, 404],
        ),
      },
    )
}

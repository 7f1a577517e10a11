import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { BatchStart } from '../database/bounded-batch.ts'
import type { Sql } from '../database/sql.ts'
import { ExecutionStatus } from '../formats/execution-status.ts'
import { Id } from '../formats/schema.ts'
import { asksForCursor, cursorParameters, cursorResponse, cursorText, linkHeader } from '../http/cursor-page.ts'
import { executionNotFound, taskNotFound } from '../http/errors.ts'
import { fieldsParameter, fieldsText, leavesOut, selectFields } from '../http/field-selection.ts'
import { jsonResponse } from '../http/held-body.ts'
import { operation } from '../http/operation.ts'
import { pageCount, pageParameters, pageResponse } from '../http/page.ts'
import { noQuery } from '../http/query.ts'
import { type Authenticate, requireService } from '../http/require-service.ts'
import { requireNoBody } from '../http/strict-json.ts'
import { IdempotencyHeaders } from '../idempotency/key.ts'
import { findExecutionById } from './find-by-id.ts'
import { Execution, ExecutionCursorPage, ExecutionPage, ExecutionRead, executionNames, traceHeaders } from './model.ts'
import { countExecutions, type ExecutionCursor, executionPosition, hasTask, listBatch } from './queries.ts'
import { runNow } from './run-now.ts'
import { stopExecution } from './stop.ts'

const responseCharacters = Type.String({
  ...pageCount(1000),
  description: 'a whole number from 1 to 1000: so many characters of each response, from its beginning; all by default',
})

const PageQuery = Type.Object(
  {
    ...pageParameters,
    ...cursorParameters,
    status: Type.Optional(ExecutionStatus),
    fields: Type.Optional(fieldsParameter),
    response: Type.Optional(leavesOut('false, which leaves the responses out, or true')),
    response_characters: Type.Optional(responseCharacters),
  },
  { additionalProperties: false },
)

/** The routes of /tasks/{taskId}/executions: run a task now, list its executions, and stop one. @param auditDays for how long the server keeps changes */
export function executionRoutes(sql: Sql, authenticate: Authenticate, auditDays: number) {
  return new Elysia({ name: 'executions', prefix: '/tasks', normalize: false, tags: ['executions'] })
    .use(requireService(authenticate))
    .post(
      '/:taskId/executions',
      async ({ caller, params, headers, request, set }) => {
        await requireNoBody(request)
        const execution = await runNow(sql, caller, params.taskId, headers['idempotency-key'])
        set.status = 202
        set.headers.location = `/tasks/${execution.task_id}/executions/${execution.id}`
        return execution
      },
      {
        params: Type.Object({ taskId: Id }),
        query: noQuery,
        headers: IdempotencyHeaders,
        scope: 'run',
        detail: operation(
          'runTask',
          'Run a task now, paused and disabled ones too',
          {
            status: 202,
            description: 'The execution, queued until a replica takes it.',
            schema: Execution,
            headers: { Location: { description: 'The address of the execution.', schema: { type: 'string' } } },
          },
          [400, 404, 409, 413],
        ),
      },
    )
    .get(
      '/:taskId/executions',
      ({ serviceId, params: { taskId }, query, request }) => {
        const { status, response_characters } = query
        const responseCharacters = response_characters === undefined ? undefined : Number(response_characters)
        const names = selectFields(query.fields, executionNames, query.response === 'false' ? ['response'] : [])
        const options = { status, names, responseCharacters }
        const read = (start: BatchStart<ExecutionCursor>) => listBatch(sql, serviceId, taskId, options, start)
        const page = { request, serviceId, query, read, exists: () => hasTask(sql, serviceId, taskId) }
        if (asksForCursor(query)) return cursorResponse({ ...page, list: [status], position: executionPosition })
        return pageResponse({ ...page, total: () => countExecutions(sql, serviceId, taskId, status) })
      },
      {
        params: Type.Object({ taskId: Id }),
        query: PageQuery,
        scope: 'read',
        detail: operation(
          'listTaskExecutions',
          "List a task's executions, newest first",
          {
            status: 200,
            description: `One page; 10 records by default. ${cursorText} ${fieldsText}`,
            schema: Type.Union([ExecutionPage, ExecutionCursorPage], { $id: 'ExecutionList' }),
            headers: { ...linkHeader, ...traceHeaders },
            revalidates: true,
          },
          [400, 404],
        ),
      },
    )
    .get(
      '/:taskId/executions/:executionId',
      async ({ serviceId, params: { taskId, executionId }, request }) => {
        const execution = await findExecutionById(sql, serviceId, taskId, executionId, auditDays)
        if (execution === undefined) throw taskNotFound()
        if (execution === null) throw executionNotFound()
        return jsonResponse(request, serviceId, execution)
      },
      {
        params: Type.Object({ taskId: Id, executionId: Id }),
        query: noQuery,
        scope: 'read',
        detail: operation(
          'getTaskExecution',
          'One execution of a task',
          {
            status: 200,
            description: 'The execution.',
            schema: ExecutionRead,
            headers: traceHeaders,
            revalidates: true,
          },
          [400, 404],
        ),
      },
    )
    .post(
      '/:taskId/executions/:executionId/stop',
      async ({ caller, params: { taskId, executionId }, request, set }) => {
        await requireNoBody(request)
        set.status = 202
        return stopExecution(sql, caller, taskId, executionId, auditDays)
      },
      {
        params: Type.Object({ taskId: Id, executionId: Id }),
        query: noQuery,
        scope: 'run',
        detail: operation(
          'stopExecution',
          'Stop waiting for the answer of a running execution',
          {
            status: 202,
            description:
              'The execution. Its connection is closed within about two seconds, and it has then failed, unless its answer came first; the target may still be working on it. It is not sent again: not as a retry, and not if its replica is lost. The next slots of the task start as scheduled.',
            schema: ExecutionRead,
          },
          [400, 404, 409, 413],
        ),
      },
    )
}

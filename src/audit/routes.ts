import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { Sql } from '../database/sql.ts'
import { Id } from '../formats/schema.ts'
import { taskNotFound } from '../http/errors.ts'
import { answerList, pageFrame, pageOf } from '../http/json-stream.ts'
import { pageCount, pageNumber } from '../http/page.ts'
import { type Authenticate, requireService } from '../http/require-service.ts'
import { answers } from '../http/responses.ts'
import { AuditPage } from './model.ts'
import { countEntries, type EntryPlace, listBatch } from './queries.ts'

const PageQuery = Type.Object(
  { pageNumber: Type.Optional(pageNumber), count: Type.Optional(pageCount(100)) },
  { additionalProperties: false },
)

/** The routes of what was changed: of a service, /audit, and of one task, /tasks/{taskId}/audit. */
export function auditRoutes(sql: Sql, authenticate: Authenticate) {
  const readPage = async (
    request: Request,
    serviceId: string,
    taskId: string | undefined,
    query: typeof PageQuery.static,
  ) => {
    const number = Number(query.pageNumber ?? 0)
    const limit = Number(query.count ?? 10)
    return answerList<EntryPlace>({
      request,
      serviceId,
      frame: countEntries(sql, serviceId, taskId).then((total) => {
        if (total === undefined) throw taskNotFound()
        return pageFrame({ total_count: total, page_number: number, count: limit })
      }),
      next: pageOf({ offset: number * limit, limit }, (start) => listBatch(sql, serviceId, taskId, start)),
    })
  }
  return new Elysia({ name: 'audit', normalize: false, tags: ['audit'] })
    .use(requireService(authenticate))
    .get('/audit', ({ serviceId, query, request }) => readPage(request, serviceId, undefined, query), {
      query: PageQuery,
      detail: answers(
        'List the changes of the service, its token and its tasks, deleted ones too, newest first',
        { status: 200, description: 'One page; 10 records by default.', schema: AuditPage },
        [400],
      ),
    })
    .get(
      '/tasks/:taskId/audit',
      ({ serviceId, params, query, request }) => readPage(request, serviceId, params.taskId, query),
      {
        params: Type.Object({ taskId: Id }),
        query: PageQuery,
        detail: answers(
          'List the changes of a task, newest first',
          { status: 200, description: 'One page; 10 records by default.', schema: AuditPage },
          [400, 404],
        ),
      },
    )
}

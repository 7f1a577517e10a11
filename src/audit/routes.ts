import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { BatchStart } from '../database/bounded-batch.ts'
import type { Sql } from '../database/sql.ts'
import { Id } from '../formats/schema.ts'
import { asksForCursor, cursorParameters, cursorResponse, cursorText, linkHeader } from '../http/cursor-page.ts'
import { operation } from '../http/operation.ts'
import { pageParameters, pageResponse } from '../http/page.ts'
import { type Authenticate, requireService } from '../http/require-service.ts'
import { filterParameters, taskFilterParameters, toFilter } from './filter.ts'
import { AuditCursorPage, AuditPage } from './model.ts'
import { countEntries, type EntryCursor, entryPosition, hasAuditedTask, listBatch } from './queries.ts'

const paging = { ...pageParameters, ...cursorParameters }
const ServiceQuery = Type.Object({ ...paging, ...filterParameters }, { additionalProperties: false })
const TaskQuery = Type.Object({ ...paging, ...taskFilterParameters }, { additionalProperties: false })

const ok = {
  status: 200,
  description: `One page; 10 records by default. ${cursorText}`,
  schema: Type.Union([AuditPage, AuditCursorPage], { $id: 'AuditList' }),
  headers: linkHeader,
  revalidates: true as const,
}

/** The routes of the audit: /audit of a service, /tasks/{taskId}/audit of one task. */
export function auditRoutes(sql: Sql, authenticate: Authenticate) {
  const readPage = (
    request: Request,
    serviceId: string,
    taskId: string | undefined,
    query: typeof ServiceQuery.static,
  ) => {
    const filter = toFilter(query, taskId)
    const read = (start: BatchStart<EntryCursor>) => listBatch(sql, serviceId, filter, start)
    const exists = taskId === undefined ? undefined : () => hasAuditedTask(sql, serviceId, taskId)
    const page = { request, serviceId, query, read, exists }
    if (asksForCursor(query)) return cursorResponse({ ...page, list: Object.values(filter), position: entryPosition })
    return pageResponse({ ...page, total: () => countEntries(sql, serviceId, filter, taskId) })
  }
  return new Elysia({ name: 'audit', normalize: false, tags: ['audit'] })
    .use(requireService(authenticate))
    .get('/audit', ({ serviceId, query, request }) => readPage(request, serviceId, undefined, query), {
      query: ServiceQuery,
      scope: 'read',
      detail: operation(
        'listChanges',
        'List the changes of the service, its token and its tasks, deleted ones too, newest first',
        ok,
        [400],
      ),
    })
    .get(
      '/tasks/:taskId/audit',
      ({ serviceId, params, query, request }) => readPage(request, serviceId, params.taskId, query),
      {
        params: Type.Object({ taskId: Id }),
        query: TaskQuery,
        scope: 'read',
        detail: operation(
          'listTaskChanges',
          'List the changes of a task, newest first; of a deleted one while they are kept',
          ok,
          [400, 404],
        ),
      },
    )
}

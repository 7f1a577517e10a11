import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { Sql } from '../database/sql.ts'
import { Id } from '../formats/schema.ts'
import { operation } from '../http/operation.ts'
import { pageParameters, pageResponse } from '../http/page.ts'
import { type Authenticate, requireService } from '../http/require-service.ts'
import { AuditPage } from './model.ts'
import { countEntries, type EntryCursor, listBatch } from './queries.ts'

const PageQuery = Type.Object(pageParameters, { additionalProperties: false })

/** The routes of the audit: /audit of a service, /tasks/{taskId}/audit of one task. */
export function auditRoutes(sql: Sql, authenticate: Authenticate) {
  const readPage = (request: Request, serviceId: string, taskId: string | undefined, query: typeof PageQuery.static) =>
    pageResponse<EntryCursor>({
      request,
      serviceId,
      query,
      total: countEntries(sql, serviceId, taskId),
      read: (start) => listBatch(sql, serviceId, taskId, start),
    })
  return new Elysia({ name: 'audit', normalize: false, tags: ['audit'] })
    .use(requireService(authenticate))
    .get('/audit', ({ serviceId, query, request }) => readPage(request, serviceId, undefined, query), {
      query: PageQuery,
      scope: 'read',
      detail: operation(
        'listChanges',
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
        scope: 'read',
        detail: operation(
          'listTaskChanges',
          'List the changes of a task, newest first',
          { status: 200, description: 'One page; 10 records by default.', schema: AuditPage },
          [400, 404],
        ),
      },
    )
}

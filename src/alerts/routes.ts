import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { Sql } from '../database/sql.ts'
import { Id } from '../formats/schema.ts'
import { inUtc } from '../formats/time.ts'
import { cursorParameters, cursorResponse, linkHeader } from '../http/cursor-page.ts'
import { ApiError, invalid } from '../http/errors.ts'
import { operation } from '../http/operation.ts'
import { noQuery } from '../http/query.ts'
import { type Authenticate, readBody, requireService } from '../http/require-service.ts'
import { mebibyte } from '../http/strict-json.ts'
import { Alert, AlertKind, AlertMute, AlertPage, AlertState } from './model.ts'
import { alertPosition, findAlert, listBatch, muteAlert } from './queries.ts'

const oneAlert = Type.Object({ alertId: Id })

const ListQuery = Type.Object(
  {
    ...cursorParameters,
    state: Type.Optional(AlertState),
    kind: Type.Optional(AlertKind),
    task_id: Type.Optional(Id),
  },
  { additionalProperties: false },
)

const notFound = () => new ApiError('alert_not_found', 'There is no alert with this id.')

/** Creates the routes of /alerts: what is or was wrong, and mutes. */
export function alertRoutes(sql: Sql, authenticate: Authenticate) {
  return new Elysia({ name: 'alerts', prefix: '/alerts', normalize: false, tags: ['alerts'] })
    .use(requireService(authenticate))
    .get(
      '/',
      ({ serviceId, query, request }) => {
        const filter = { state: query.state, kind: query.kind, task_id: query.task_id?.toLowerCase() }
        return cursorResponse({
          request,
          serviceId,
          query,
          list: [filter.state ?? null, filter.kind ?? null, filter.task_id ?? null],
          position: alertPosition,
          read: (start) => listBatch(sql, serviceId, filter, start),
        })
      },
      {
        query: ListQuery,
        scope: 'read',
        detail: operation(
          'listAlerts',
          'List the alerts of the service, newest first: what is wrong, and what was',
          {
            status: 200,
            description:
              'One page; 100 records by default. `next_cursor` is the `cursor` of the next page. Closed alerts are kept as long as executions.',
            schema: AlertPage,
            headers: linkHeader,
            revalidates: true,
          },
          [400],
        ),
      },
    )
    .get(
      '/:alertId',
      async ({ serviceId, params }) => {
        const alert = await findAlert(sql, serviceId, params.alertId)
        if (!alert) throw notFound()
        return alert
      },
      {
        params: oneAlert,
        query: noQuery,
        scope: 'read',
        detail: operation(
          'getAlert',
          'Get an alert',
          { status: 200, description: 'The alert.', schema: Alert },
          [400, 404],
        ),
      },
    )
    .post(
      '/:alertId/mute',
      async ({ caller, params, body }) => {
        const found = await muteAlert(sql, caller, params.alertId, inUtc(body.until))
        if (!found) throw notFound()
        const { is_past, ...alert } = found
        if (alert.state === 'closed')
          throw new ApiError('alert_closed', 'The alert has closed, so there is nothing to mute.')
        if (is_past) throw invalid([{ path: '/until', message: 'must be in the future, or null to end the mute' }])
        return alert
      },
      {
        parse: readBody(authenticate, mebibyte),
        params: oneAlert,
        query: noQuery,
        scope: 'write',
        body: AlertMute,
        detail: operation(
          'muteAlert',
          'Mute an open alert until a time, or end its mute with null',
          {
            status: 200,
            description:
              'The alert. While it is muted, nothing is sent about it. If it is still open at the end, the channels are told then.',
            schema: Alert,
          },
          [400, 404, 409, 413, 415],
        ),
      },
    )
}

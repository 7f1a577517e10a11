import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { Sql } from '../database/sql.ts'
import { Id } from '../formats/schema.ts'
import { cursorParameters, cursorResponse, linkHeader } from '../http/cursor-page.ts'
import { ApiError } from '../http/errors.ts'
import { operation } from '../http/operation.ts'
import { noQuery } from '../http/query.ts'
import { type Authenticate, requireService } from '../http/require-service.ts'
import { NotificationPage, NotificationState, WholeNotification } from './model.ts'
import { findNotification, listBatch, notificationPosition } from './queries.ts'

const ListQuery = Type.Object(
  {
    ...cursorParameters,
    channel_id: Type.Optional(Id),
    state: Type.Optional(NotificationState),
  },
  { additionalProperties: false },
)

/** Creates the routes of /notifications: the messages to the channels of the service. */
export function notificationRoutes(sql: Sql, authenticate: Authenticate) {
  return new Elysia({ name: 'notifications', prefix: '/notifications', normalize: false, tags: ['channels'] })
    .use(requireService(authenticate))
    .get(
      '/',
      ({ serviceId, query, request }) => {
        const filter = { channel_id: query.channel_id?.toLowerCase(), state: query.state }
        return cursorResponse({
          request,
          serviceId,
          query,
          list: [filter.channel_id ?? null, filter.state ?? null],
          position: notificationPosition,
          read: (start) => listBatch(sql, serviceId, filter, start),
        })
      },
      {
        query: ListQuery,
        scope: 'read',
        detail: operation(
          'listNotifications',
          'List the notifications of the service, newest first: what its channels were told, or wait to be told',
          {
            status: 200,
            description:
              'One page, without what they say; 100 records by default. `next_cursor` is the `cursor` of the next page. They are kept as long as executions.',
            schema: NotificationPage,
            headers: linkHeader,
            revalidates: true,
          },
          [400],
        ),
      },
    )
    .get(
      '/:notificationId',
      async ({ serviceId, params }) => {
        const found = await findNotification(sql, serviceId, params.notificationId)
        if (!found) throw new ApiError('notification_not_found', 'There is no notification with this id.')
        return found
      },
      {
        params: Type.Object({ notificationId: Id }),
        query: noQuery,
        scope: 'read',
        detail: operation(
          'getNotification',
          'Get a notification, and what it says',
          { status: 200, description: 'The notification.', schema: WholeNotification },
          [400, 404],
        ),
      },
    )
}

import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { Sql } from '../database/sql.ts'
import { Id } from '../formats/schema.ts'
import { cursorResponse } from '../http/cursor-page.ts'
import { ApiError } from '../http/errors.ts'
import { listRoute } from '../http/list-route.ts'
import { operation } from '../http/operation.ts'
import { noQuery } from '../http/query.ts'
import { type Authenticate, readBody, requireService } from '../http/require-service.ts'
import { mebibyte } from '../http/strict-json.ts'
import { changeChannel } from './change.ts'
import type { ChannelRules } from './check.ts'
import { createChannel } from './create.ts'
import { deleteChannel } from './delete.ts'
import { Channel, ChannelCreate, ChannelPage, ChannelUpdate, WrittenChannel } from './model.ts'
import { channelPosition, findChannel, listBatch } from './queries.ts'

const oneChannel = Type.Object({ channelId: Id })

/** 404 for a channel that the service does not have. */
export const channelNotFound = () => new ApiError('channel_not_found', 'There is no channel with this id.')

/** Creates the routes of /channels, but for that of test messages. No answer contains a URL, and few the secret of a webhook. */
export function channelRoutes(sql: Sql, authenticate: Authenticate, rules: ChannelRules) {
  return new Elysia({ name: 'channels', prefix: '/channels', normalize: false, tags: ['channels'] })
    .use(requireService(authenticate))
    .get(
      '/',
      ({ request, serviceId, query }) =>
        cursorResponse({
          request,
          serviceId,
          query,
          list: [],
          position: channelPosition,
          read: (start) => listBatch(sql, serviceId, start),
        }),
      listRoute('listChannels', 'List the channels of the service, by name', ChannelPage),
    )
    .post(
      '/',
      async ({ caller, body, set }) => {
        const created = await createChannel(sql, rules, caller, body)
        set.status = 201
        set.headers.location = `/channels/${created.id}`
        return created
      },
      {
        parse: readBody(authenticate, mebibyte),
        query: noQuery,
        body: ChannelCreate,
        scope: 'write',
        detail: operation(
          'createChannel',
          'Create a channel: a webhook, a Slack-compatible webhook, or e-mail addresses',
          {
            status: 201,
            description:
              'The new channel. Alert policies that name no channels use it from now on. The secret of a webhook is shown here only.',
            schema: WrittenChannel,
            headers: { Location: { description: 'The address of the channel.', schema: { type: 'string' } } },
          },
          [400, 409, 413, 415],
        ),
      },
    )
    .get(
      '/:channelId',
      async ({ serviceId, params }) => {
        const channel = await findChannel(sql, serviceId, params.channelId)
        if (!channel) throw channelNotFound()
        return channel
      },
      {
        params: oneChannel,
        query: noQuery,
        scope: 'read',
        detail: operation(
          'getChannel',
          'Get a channel',
          { status: 200, description: 'The channel.', schema: Channel },
          [400, 404],
        ),
      },
    )
    .post(
      '/:channelId',
      async ({ caller, params, body }) => {
        const changed = await changeChannel(sql, rules, caller, params.channelId, body)
        if (!changed) throw channelNotFound()
        return changed
      },
      {
        parse: readBody(authenticate, mebibyte),
        params: oneChannel,
        query: noQuery,
        body: ChannelUpdate,
        scope: 'write',
        detail: operation(
          'updateChannel',
          'Change a channel: its name, where it leads, whether it is enabled, or the secret of a webhook',
          {
            status: 200,
            description:
              'The channel as it is now. A new secret is shown here only; the one before it goes on signing for 24 hours.',
            schema: WrittenChannel,
          },
          [400, 404, 409, 413, 415],
        ),
      },
    )
    .delete(
      '/:channelId',
      async ({ caller, params }) => {
        if (!(await deleteChannel(sql, caller, params.channelId))) throw channelNotFound()
        return new Response(null, { status: 204, headers: { 'cache-control': 'no-store' } })
      },
      {
        params: oneChannel,
        query: noQuery,
        scope: 'write',
        detail: operation(
          'deleteChannel',
          'Delete a channel that no alert policy names, with its notifications',
          { status: 204, description: 'It is gone, and what was on its way to it is not sent.' },
          [400, 404, 409],
        ),
      },
    )
}

import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { Sql } from '../database/sql.ts'
import { Time } from '../formats/schema.ts'
import { inUtc } from '../formats/time.ts'
import { jsonResponse } from '../http/held-body.ts'
import { operation } from '../http/operation.ts'
import { type Authenticate, requireService } from '../http/require-service.ts'
import { listOutages, Outages } from './outages.ts'

const SpanQuery = Type.Object({ from: Type.Optional(Time), to: Type.Optional(Time) }, { additionalProperties: false })

/**
 * Creates the route /outages: when Duly started nothing. Every service may know, because it is true of all of them.
 * @param limitSeconds returns after how long without a pass there is an outage
 */
export function outageRoutes(sql: Sql, authenticate: Authenticate, limitSeconds: () => number) {
  return new Elysia({ name: 'outages', normalize: false, tags: ['alerts'] }).use(requireService(authenticate)).get(
    '/outages',
    async ({ serviceId, query: { from = null, to = null }, request }) => {
      const span = { from: inUtc(from) ?? undefined, to: inUtc(to) ?? undefined }
      return jsonResponse(request, serviceId, { outages: await listOutages(sql, span, limitSeconds()) })
    },
    {
      query: SpanQuery,
      scope: 'read',
      detail: operation(
        'listOutages',
        'List when Duly started nothing, because it or its database did not work',
        {
          status: 200,
          description:
            'The outages that overlap the time from `from` to `to`, in full length: by default the last 24 hours, or the 24 hours before `to`. Of more than 1,000 the last ones. An outage is a minute, and two intervals of passes that run on a pattern only, without one that went well. They are kept as long as executions.',
          schema: Outages,
          revalidates: true,
        },
        [400],
      ),
    },
  )
}

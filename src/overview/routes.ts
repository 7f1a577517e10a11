import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { Sql } from '../database/sql.ts'
import { headersOnly, jsonResponse } from '../http/held-body.ts'
import { operation } from '../http/operation.ts'
import { noQuery } from '../http/query.ts'
import { wantsHeadersOnly } from '../http/request-methods.ts'
import { type Authenticate, readBody, requireService } from '../http/require-service.ts'
import { mebibyte } from '../http/strict-json.ts'
import type { Tolerance } from '../schedule/tolerance.ts'
import { labelParameter, readLabels } from '../tasks/label-filter.ts'
import { isLongCount } from './catch-up.ts'
import { Overview, RunsSpread, SpreadRuns } from './model.ts'
import { findOverview, hasManyTasks } from './overview.ts'
import { spreadRuns } from './spread.ts'
import { StaleCache } from './stale-cache.ts'

/** The route /overview: how the tasks of a service are doing. */
export function overviewRoutes(sql: Sql, authenticate: Authenticate, tolerance: Tolerance) {
  const caches = { tasks: new StaleCache(hasManyTasks), catchUp: new StaleCache(isLongCount) }
  return new Elysia({ name: 'overview', normalize: false, tags: ['overview'] })
    .use(requireService(authenticate))
    .post('/overview/spread', ({ caller, body }) => spreadRuns(sql, caller, body), {
      parse: readBody(authenticate, mebibyte),
      query: noQuery,
      body: RunsSpread,
      scope: 'write',
      detail: operation(
        'spreadRuns',
        'Spread the tasks that run in one quarter hour',
        { status: 200, description: 'How many tasks were spread, and the runs of the coming day.', schema: SpreadRuns },
        [400, 413, 415],
      ),
    })
    .get(
      '/overview',
      async ({ serviceId, request }) => {
        const labels = readLabels(request.url)
        return wantsHeadersOnly(request)
          ? headersOnly()
          : jsonResponse(
              request,
              serviceId,
              await findOverview(sql, caches, serviceId, labels, tolerance.seconds(Date.now())),
            )
      },
      {
        query: Type.Object({ label: Type.Optional(labelParameter) }, { additionalProperties: false }),
        scope: 'read',
        detail: operation(
          'getOverview',
          "How the service's tasks are doing",
          {
            status: 200,
            description:
              'Counted as it happens. Where a service has 5,000 tasks or more, `tasks` and `upcoming` may be up to a minute old, 10 seconds when it is asked for all the time. With `label`, `tasks`, `failing` and `upcoming` are of the tasks with these labels; `hours`, `days`, `skew_ms` and `duration_ms` are always of all tasks.',
            schema: Overview,
            revalidates: true,
          },
          [400],
        ),
      },
    )
}

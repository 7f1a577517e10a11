import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { Sql } from '../database/sql.ts'
import { headersOnly, jsonResponse } from '../http/held-body.ts'
import { operation } from '../http/operation.ts'
import { pageCount, pageNumber, pageSchema, readPage } from '../http/page.ts'
import { noQuery } from '../http/query.ts'
import { wantsHeadersOnly } from '../http/request-methods.ts'
import { type Authenticate, readBody, requireService } from '../http/require-service.ts'
import { mebibyte } from '../http/strict-json.ts'
import type { Log } from '../log/log.ts'
import type { Tolerance } from '../schedule/tolerance.ts'
import { labelParameter, readLabels } from '../tasks/label-filter.ts'
import { isLongCount } from './catch-up.ts'
import { hasManyFailing, listFailingPage } from './failing.ts'
import { FailingTaskListed, failingPart } from './failing-model.ts'
import { Overview } from './model.ts'
import { moveRuns } from './move.ts'
import { MovedRuns, RunsMove, RunsSpread, SpreadRuns } from './move-model.ts'
import { findOverview, hasManyTasks } from './overview.ts'
import { spreadRuns } from './spread.ts'
import { StaleCache } from './stale-cache.ts'
import { listUpcomingTasks } from './upcoming.ts'
import { UpcomingPage, UpcomingQuery } from './upcoming-model.ts'

/** How many groups of failing tasks each part lists unless the query says. */
const usualGroups = 20

const FailingPage = pageSchema(FailingTaskListed, 'FailingPage')

const FailingQuery = Type.Object(
  {
    part: Type.Optional(failingPart),
    group: Type.Optional(
      Type.String({
        pattern: '^[0-9a-f]{32}$',
        description: 'a group as GET /overview returns it: 32 hexadecimal digits',
      }),
    ),
    label: Type.Optional(labelParameter),
    pageNumber: Type.Optional(pageNumber),
    count: Type.Optional(pageCount(1000)),
  },
  { additionalProperties: false },
)

/** The routes /overview: how the tasks of a service are doing. */
export function overviewRoutes(sql: Sql, log: Log, authenticate: Authenticate, tolerance: Tolerance) {
  const caches = {
    tasks: new StaleCache(hasManyTasks),
    catchUp: new StaleCache(isLongCount),
    failing: new StaleCache(hasManyFailing),
  }
  return new Elysia({ name: 'overview', normalize: false, tags: ['overview'] })
    .use(requireService(authenticate))
    .post('/overview/spread', ({ caller, body }) => spreadRuns(sql, log, caller, body), {
      parse: readBody(authenticate, mebibyte),
      query: noQuery,
      body: RunsSpread,
      scope: 'write',
      detail: operation(
        'spreadRuns',
        'Spread the tasks that run in one quarter hour, or others',
        { status: 200, description: 'How many tasks were spread, and the runs of the coming day.', schema: SpreadRuns },
        [400, 413, 415],
      ),
    })
    .post('/overview/move', ({ caller, body }) => moveRuns(sql, log, caller, body), {
      parse: readBody(authenticate, mebibyte),
      query: noQuery,
      body: RunsMove,
      scope: 'write',
      detail: operation(
        'moveRuns',
        'Move tasks to an earlier or a later minute',
        { status: 200, description: 'How many tasks were moved, and the runs of the coming day.', schema: MovedRuns },
        [400, 413, 415],
      ),
    })
    .get(
      '/overview/upcoming',
      async ({ serviceId, query, request }) => {
        if (wantsHeadersOnly(request)) return headersOnly()
        const { number: page, limit, offset } = readPage(query, 100)
        const found = await listUpcomingTasks(sql, serviceId, { at: query.at, page, limit, offset })
        return jsonResponse(request, serviceId, found)
      },
      {
        query: UpcomingQuery,
        scope: 'read',
        detail: operation(
          'listUpcomingTasks',
          'List the tasks that run in one quarter hour',
          {
            status: 200,
            description:
              'One page, by name; 100 tasks by default. Like `upcoming` of GET /overview it assumes that every run is on time.',
            schema: UpcomingPage,
            revalidates: true,
          },
          [400],
        ),
      },
    )
    .get(
      '/overview',
      async ({ serviceId, query, request }) => {
        const labels = readLabels(request.url)
        if (wantsHeadersOnly(request)) return headersOnly()
        const most = Number(query.groups ?? usualGroups)
        const seconds = tolerance.seconds(Date.now())
        return jsonResponse(request, serviceId, await findOverview(sql, caches, serviceId, labels, most, seconds))
      },
      {
        query: Type.Object(
          { label: Type.Optional(labelParameter), groups: Type.Optional(pageCount(1000)) },
          { additionalProperties: false },
        ),
        scope: 'read',
        detail: operation(
          'getOverview',
          "How the service's tasks are doing",
          {
            status: 200,
            description:
              'Counted as it happens. Where a service has 5,000 tasks or more, `tasks`, `upcoming` and `unreadable` may be up to a minute old, 10 seconds when it is asked for all the time. With `label`, `tasks`, `failing`, `failing_groups`, `upcoming`, `unreadable` and `alerts.failing` are of the tasks with these labels; `quarters`, `hours`, `days`, `alerts.counts`, `catch_up`, `ending_calendars`, `skew_ms` and `duration_ms` are always of all tasks. With 1,000 failing tasks or more, `failing_groups` may be as old as `tasks`. `groups` says how many groups each part of it lists, 20 by default.',
            schema: Overview,
            revalidates: true,
          },
          [400],
        ),
      },
    )
    .get(
      '/overview/failing',
      async ({ serviceId, query, request }) => {
        const labels = readLabels(request.url)
        if (wantsHeadersOnly(request)) return headersOnly()
        const { number: page_number, limit, offset } = readPage(query, 100)
        const { part, group } = query
        const { total, records } = await listFailingPage(sql, serviceId, { part, group, labels, limit, offset })
        return jsonResponse(request, serviceId, { total_count: total, page_number, count: limit, records })
      },
      {
        query: FailingQuery,
        scope: 'read',
        detail: operation(
          'listFailingTasks',
          'List the failing tasks, those that broke last first',
          {
            status: 200,
            description:
              'One page; 100 tasks by default. `part` and `group` are those of `failing_groups` of GET /overview. Of more than 10,000 failing tasks those that broke last are listed; GET /tasks lists all.',
            schema: FailingPage,
            revalidates: true,
          },
          [400],
        ),
      },
    )
}

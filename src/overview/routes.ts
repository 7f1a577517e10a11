import { Elysia } from 'elysia'
import type { Sql } from '../database/connect.ts'
import { answers } from '../http/answers.ts'
import { noQuery } from '../http/query.ts'
import { type Authenticate, requireService } from '../services/require-service.ts'
import { Kept } from './kept.ts'
import { Overview } from './model.ts'
import { findOverview, type OfTasks } from './overview.ts'

/** The route that tells how a service's tasks are doing. */
export function overviewRoutes(sql: Sql, authenticate: Authenticate) {
  const kept = new Kept<OfTasks>()
  return new Elysia({ name: 'overview', normalize: false, tags: ['overview'] })
    .use(requireService(authenticate))
    .get('/overview', ({ serviceId }) => findOverview(sql, kept, serviceId), {
      query: noQuery,
      detail: answers(
        "How the service's tasks are doing",
        {
          status: 200,
          description:
            'Counted as it happens. Where a service has very many tasks, `tasks` and `upcoming` may be up to 10 seconds old.',
          schema: Overview,
        },
        [400],
      ),
    })
}

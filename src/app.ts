import { Elysia } from 'elysia'
import { dashboard } from './dashboard.ts'
import type { Sql } from './database/connect.ts'
import { docs } from './docs.ts'
import { ApiError, databaseAway, errorResponse, handleErrors } from './errors.ts'
import { executionRoutes } from './executions/routes.ts'
import { healthRoutes, type Readiness } from './health.ts'
import { answerWithin } from './http/deadline.ts'
import { methodNotAllowed } from './http/method-not-allowed.ts'
import type { Log } from './log.ts'
import type { OutboundPolicy } from './outbound/policy.ts'
import { overviewRoutes } from './overview/routes.ts'
import { createAuthenticator } from './services/credentials.ts'
import { bulkRoutes } from './tasks/bulk-routes.ts'
import { listRoutes } from './tasks/list-routes.ts'
import { taskRoutes } from './tasks/routes.ts'
import { scheduleRoutes } from './tasks/schedule-routes.ts'

export interface AppParts {
  readonly sql: Sql
  readonly log: Log
  readonly readiness: Readiness
  /** Where tasks may point. */
  readonly policy: OutboundPolicy
}

/** A request is answered within this, in ms; what waits longer for the database gets a 503. */
const patience = 4_500

/** The HTTP side as one web-standard handler: `fetch(request)` answers it, with or without a port. */
export async function createApp({
  sql,
  log,
  readiness,
  policy,
}: AppParts): Promise<{ fetch(request: Request): Promise<Response> }> {
  const authenticate = createAuthenticator(sql)
  // Without `standardHostname: false` Elysia cuts the path wrongly behind a short host, such as http://api/tasks.
  const root = new Elysia({ normalize: false, handler: { standardHostname: false } })
  const app = root
    .use(
      handleErrors(
        log,
        methodNotAllowed(() => root.routes),
      ),
    )
    .use(healthRoutes(readiness))
    .use(docs())
    .use(await dashboard())
    .use(bulkRoutes(sql, authenticate, policy))
    .use(listRoutes(sql, authenticate))
    .use(scheduleRoutes(sql, authenticate))
    .use(taskRoutes(sql, authenticate, policy))
    .use(executionRoutes(sql, authenticate))
    .use(overviewRoutes(sql, authenticate))
  return {
    fetch: async (given) => {
      // Without a host (HTTP/1.0, as some load balancers ask for the health) the runtime gives the bare path.
      const request = given.url.startsWith('/') ? new Request(`http://localhost${given.url}`, given) : given
      // A Host header that is no host; everything behind here may read the URL.
      if (!URL.canParse(request.url)) return errorResponse(new ApiError(400, 'The Host header is not a host name.'))
      // No client sends a fragment; the framework would take it for a part of the path, and its own checks would not.
      if (request.url.includes('#'))
        return errorResponse(new ApiError(400, 'An address holds no # (a # itself is written %23).'))
      return answerWithin(patience, request, app.fetch, () => errorResponse(databaseAway))
    },
  }
}

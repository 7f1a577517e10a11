import { Elysia } from 'elysia'
import { auditRoutes } from './audit/routes.ts'
import { DatabaseClock } from './database/clock.ts'
import type { Sql } from './database/sql.ts'
import { executionRoutes } from './executions/routes.ts'
import { logAccess } from './http/access-log.ts'
import { keepPeer } from './http/client-address.ts'
import { dashboard } from './http/dashboard-files.ts'
import { docs } from './http/docs.ts'
import { ApiError, errorResponse, handleErrors, unanswered } from './http/errors.ts'
import { healthRoutes, type Readiness } from './http/health.ts'
import { releaseHeld } from './http/memory-budget.ts'
import { MethodCheck } from './http/method-not-allowed.ts'
import { routeFinder } from './http/route-of.ts'
import { answerWithin } from './http/timeout.ts'
import type { Log } from './log/log.ts'
import { Metrics } from './metrics/metrics.ts'
import { metricsRoutes } from './metrics/routes.ts'
import type { OutboundPolicy } from './outbound/policy.ts'
import type { Rule } from './outbound/rules.ts'
import { overviewRoutes } from './overview/routes.ts'
import { Tolerance } from './schedule/tolerance.ts'
import type { Secrets } from './secrets/secrets.ts'
import { createAuthenticator } from './services/credentials.ts'
import { bulkRoutes } from './tasks/bulk-routes.ts'
import { TaskIds } from './tasks/ids.ts'
import { listRoutes } from './tasks/list-routes.ts'
import { taskRoutes } from './tasks/routes.ts'
import { scheduleRoutes } from './tasks/schedule-routes.ts'

export interface AppParts {
  readonly sql: Sql
  readonly log: Log
  readonly readiness: Readiness
  /** Where tasks may point. */
  readonly policy: OutboundPolicy
  readonly secrets: Secrets
  /** What /metrics tells; unless given, of this HTTP side and its process alone. */
  readonly metrics?: Metrics
  /** Networks whose X-Forwarded-For counts; none unless given. */
  readonly trustedProxies?: readonly Rule[]
  /** When passes run, which decides how late a task may be and keep its phase. */
  readonly schedulerCron?: string
}

/** A request is answered within this, in ms; what waits longer for the database gets a 503. */
const patience = 4_500

export interface App {
  /** Answers a request, with or without a port. @param peer the address at the other end of its connection */
  fetch(request: Request, peer?: string): Promise<Response>
  /** Every address it has, files and the description of the API included; a parameter is written `:name`. */
  readonly routes: readonly { readonly method: string; readonly path: string }[]
}

/** The HTTP side as one web-standard handler. */
export async function createApp({
  sql,
  log,
  readiness,
  policy,
  secrets,
  metrics = new Metrics(),
  trustedProxies,
  schedulerCron = '*/10 * * * *',
}: AppParts): Promise<App> {
  const clock = new DatabaseClock()
  const check = createAuthenticator(sql, trustedProxies, clock)
  const authenticate = async (request: Request) => {
    // Right credentials may be unknown yet, and the tables older than this version.
    const starting = readiness.starting?.()
    if (starting !== undefined)
      throw new ApiError(503, `Duly is starting. ${starting}`, undefined, { 'retry-after': '1' })
    return check(request)
  }
  const rules = { policy, secrets, ids: new TaskIds(clock) }
  // Without `standardHostname: false` Elysia cuts the path wrongly behind a short host, such as http://api/tasks.
  const root = new Elysia({ normalize: false, handler: { standardHostname: false } })
  const methods = new MethodCheck(() => root.routes)
  const app = root
    .use(handleErrors((path) => methods.refusal(path)))
    .use(healthRoutes(readiness))
    .use(metricsRoutes(metrics))
    .use(docs())
    .use(await dashboard())
    .use(bulkRoutes(sql, authenticate, rules))
    .use(listRoutes(sql, authenticate))
    .use(scheduleRoutes(sql, authenticate, { clock, tolerance: new Tolerance(schedulerCron) }))
    .use(taskRoutes(sql, authenticate, rules))
    .use(executionRoutes(sql, authenticate))
    .use(overviewRoutes(sql, authenticate))
    .use(auditRoutes(sql, authenticate))
  const observer = { log, counts: metrics.http, routeOf: routeFinder(root.routes.map(({ path }) => path)) }
  return {
    routes: root.routes,
    fetch: async (given, peer) => {
      // Without a host (HTTP/1.0, as some load balancers ask for the health) the runtime gives the bare path.
      const request = given.url.startsWith('/') ? new Request(`http://localhost${given.url}`, given) : given
      return logAccess(observer, request, () => {
        // A Host header that is no host; everything behind here may read the URL.
        if (!URL.canParse(request.url)) return errorResponse(new ApiError(400, 'The Host header is not a host name.'))
        // No client sends a fragment; the framework would take it for a part of the path, and its own checks would not.
        if (request.url.includes('#'))
          return errorResponse(new ApiError(400, 'An address holds no # (a # itself is written %23).'))
        const refusal = methods.refusalOfExact(new URL(request.url).pathname, request.method)
        if (refusal) return errorResponse(refusal)
        if (peer !== undefined) keepPeer(request, peer)
        const answer = async (given: Request) => {
          try {
            return await app.fetch(given)
          } finally {
            releaseHeld(given)
          }
        }
        return answerWithin(patience, request, answer, () => errorResponse(unanswered(request)))
      })
    },
  }
}

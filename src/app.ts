import { Elysia } from 'elysia'
import { outageRoutes } from './alerts/outage-routes.ts'
import { policyRoutes } from './alerts/policy-routes.ts'
import { alertRoutes } from './alerts/routes.ts'
import { silenceRoutes } from './alerts/silence-routes.ts'
import { auditRoutes } from './audit/routes.ts'
import { calendarRoutes } from './calendars/routes.ts'
import type { MailRules } from './channels/check.ts'
import { channelRoutes } from './channels/routes.ts'
import { DatabaseClock } from './database/clock.ts'
import type { Sql } from './database/sql.ts'
import { judgeRoute } from './executions/judge-route.ts'
import { executionRoutes } from './executions/routes.ts'
import { searchRoutes } from './executions/search/routes.ts'
import { flowRoutes } from './flows/routes.ts'
import { traceUrlHeader } from './formats/trace-context.ts'
import { logAccess } from './http/access-log.ts'
import { noService } from './http/caller.ts'
import { setPeerAddress } from './http/client-address.ts'
import { dashboard } from './http/dashboard-files.ts'
import { docs } from './http/docs.ts'
import { handleErrors } from './http/error-handler.ts'
import { errorResponse } from './http/error-response.ts'
import { ApiError, forbidden, noDatabaseAnswer, serviceNotNamed } from './http/errors.ts'
import { healthRoutes, type Readiness } from './http/health.ts'
import { releaseReservations } from './http/memory-budget.ts'
import { checkOperationIds } from './http/operation-ids.ts'
import { RouteScopes } from './http/route-scopes.ts'
import { RouteTable } from './http/route-table.ts'
import { requestTimeoutMs, respondWithin } from './http/timeout.ts'
import type { Log } from './log/log.ts'
import type { Metrics } from './metrics/metrics.ts'
import { metricsRoutes } from './metrics/routes.ts'
import { secretRoutes } from './named-secrets/routes.ts'
import { notificationRoutes } from './notifications/routes.ts'
import { channelTestRoute, type SendTest } from './notifications/test-route.ts'
import type { OutboundPolicy } from './outbound/policy.ts'
import type { Rule } from './outbound/rules.ts'
import { overviewRoutes } from './overview/routes.ts'
import { Tolerance } from './schedule/tolerance.ts'
import type { Secrets } from './secrets/secrets.ts'
import { allServicesRoutes } from './services/all-services-routes.ts'
import { createAuthenticator } from './services/authenticate.ts'
import { labelRetentionRoutes } from './services/label-retention-routes.ts'
import { ownTokenRoute } from './services/own-token-route.ts'
import type { ServerDays } from './services/retention-model.ts'
import { serviceRoutes } from './services/service-routes.ts'
import { tokenRoutes } from './services/token-routes.ts'
import { signingKeyRoutes } from './signing/routes.ts'
import { taskSetRoutes } from './task-sets/routes.ts'
import { bulkRoutes } from './tasks/bulk-routes.ts'
import { byKeyRoutes } from './tasks/by-key-routes.ts'
import { TaskIds } from './tasks/ids.ts'
import { listRoutes } from './tasks/list-routes.ts'
import { taskRoutes } from './tasks/routes.ts'
import { scheduleRoutes } from './tasks/schedule-routes.ts'
import { tlsProfileRoutes } from './tls-profiles/routes.ts'
import { whyRoutes } from './why/routes.ts'

/** What the HTTP side is made from. */
export interface AppParts {
  readonly sql: Sql
  readonly log: Log
  readonly readiness: Readiness
  /** Which targets tasks may call. */
  readonly policy: OutboundPolicy
  readonly secrets: Secrets
  /** Whether and where e-mail is sent. */
  readonly mail: MailRules
  /** Sends test messages to channels. */
  readonly sendTest: SendTest
  /** What /metrics shows. The HTTP side adds its counts. */
  readonly metrics: Metrics
  /** Networks of proxies whose X-Forwarded-For is trusted. */
  readonly trustedProxies: readonly Rule[]
  /** Cron pattern of the passes. It decides how late a run may be and keep its phase. */
  readonly schedulerCron: string
  /** Whether passes run on time as well, and not on that pattern only. */
  readonly schedulerOnTime: boolean
  /** For how long the server keeps executions and changes. */
  readonly retention: ServerDays & { readonly auditRetentionDays: number }
  /** TRACE_URL, which answers about executions name in a header. */
  readonly traceUrl?: string | undefined
  /** How long the answer with a new signing key waits, so that all replicas sign with it, in ms. Default: 1,500. */
  readonly signingKeyWaitMs?: number
}

const isAboutExecutions = ({ url }: Request) => /\/executions(\/|$)/.test(new URL(url).pathname)

/** The HTTP side: a web-standard request handler. */
export interface App {
  /** Handles a request; never throws. @param peer the remote address of its connection */
  fetch(request: Request, peer?: string): Promise<Response>
  /** All routes, those of files and of the OpenAPI document included. A parameter in a path is written `:name`. */
  readonly routes: readonly { readonly method: string; readonly path: string }[]
}

/**
 * Creates the HTTP side: API, dashboard, health checks and metrics. Opens no port.
 * @throws Error when the dashboard cannot be built, and when a route has not declared its scope
 */
export async function createApp({
  sql,
  log,
  readiness,
  policy,
  secrets,
  mail,
  sendTest,
  metrics,
  trustedProxies,
  schedulerCron,
  schedulerOnTime,
  signingKeyWaitMs,
  traceUrl,
  retention,
}: AppParts): Promise<App> {
  const clock = new DatabaseClock()
  const check = createAuthenticator({ sql, log, trustedProxies, clock })
  const scopes = new RouteScopes()
  const authenticate = async (request: Request, route: string) => {
    // Before the start is complete, the service may not exist yet and the tables may be of an older version.
    const starting = readiness.starting()
    if (starting !== undefined)
      throw new ApiError('not_ready', `Duly is starting. ${starting}`, undefined, { 'retry-after': '1' })
    const caller = await check(request)
    const scope = scopes.of(request.method, route)
    if (!caller.scopes.includes(scope)) throw forbidden(caller.scopes, scope)
    if (scope !== 'operator' && caller.serviceId === noService) throw serviceNotNamed()
    return caller
  }
  const passes = new Tolerance(schedulerCron)
  const outageSeconds = () => passes.outageSeconds(Date.now(), schedulerOnTime)
  const toleranceSeconds = () => passes.seconds(Date.now())
  const rules = { policy, secrets, ids: new TaskIds(clock) }
  // Without `standardHostname: false` Elysia cuts the path wrongly behind a short host, such as http://api/tasks.
  const root = new Elysia({ normalize: false, handler: { standardHostname: false } })
  const table = new RouteTable(() => root.routes)
  const app = root
    .use(handleErrors((path) => table.methodNotAllowed(path)))
    .use(healthRoutes(readiness))
    .use(metricsRoutes(metrics))
    .use(docs())
    .use(await dashboard())
    .use(byKeyRoutes(sql, authenticate, rules))
    .use(bulkRoutes(sql, authenticate, rules))
    .use(listRoutes(sql, authenticate))
    .use(scheduleRoutes(sql, authenticate, { clock, tolerance: new Tolerance(schedulerCron) }))
    .use(taskRoutes(sql, authenticate, rules))
    .use(taskSetRoutes(sql, authenticate, rules))
    .use(executionRoutes(sql, authenticate, retention.auditRetentionDays))
    .use(judgeRoute(sql, authenticate))
    .use(searchRoutes(sql, authenticate, clock))
    .use(overviewRoutes(sql, log, authenticate, new Tolerance(schedulerCron)))
    .use(secretRoutes(sql, authenticate, secrets))
    .use(calendarRoutes(sql, authenticate))
    .use(flowRoutes(sql, authenticate))
    .use(tlsProfileRoutes(sql, authenticate, secrets))
    .use(signingKeyRoutes(sql, authenticate, secrets, signingKeyWaitMs))
    .use(notificationRoutes(sql, authenticate))
    .use(channelRoutes(sql, authenticate, { policy, secrets, mail }))
    .use(channelTestRoute(sql, authenticate, { secrets, sendTest }))
    .use(alertRoutes(sql, authenticate))
    .use(silenceRoutes(sql, authenticate))
    .use(policyRoutes(sql, authenticate))
    .use(outageRoutes(sql, authenticate, outageSeconds))
    .use(whyRoutes(sql, authenticate, { days: retention, outageSeconds, toleranceSeconds }))
    .use(auditRoutes(sql, authenticate))
    .use(serviceRoutes(sql, authenticate, retention))
    .use(allServicesRoutes(sql, authenticate))
    .use(labelRetentionRoutes(sql, authenticate, retention))
    .use(tokenRoutes(sql, authenticate))
    .use(ownTokenRoute(authenticate))
  scopes.learn(root.routes)
  checkOperationIds(root.routes)
  const accessLog = { log, counts: metrics.http, routeOf: (path: string) => table.patternOf(path) }
  const handle = async (request: Request) => {
    try {
      const response = await app.fetch(request)
      // Not on errors: a caller without credentials learns no address.
      if (traceUrl !== undefined && response.status < 400 && isAboutExecutions(request))
        response.headers.set(traceUrlHeader, traceUrl)
      return response
    } finally {
      releaseReservations(request)
    }
  }
  return {
    routes: root.routes,
    fetch: async (given, peer) => {
      // Without a Host header (HTTP/1.0, as some load balancers send health checks) Bun passes the bare path as URL.
      const request = given.url.startsWith('/') ? new Request(`http://localhost${given.url}`, given) : given
      return logAccess(accessLog, request, () => {
        // From here on the URL parses.
        if (!URL.canParse(request.url))
          return errorResponse(new ApiError('malformed_request', 'The Host header is not a host name.'), request)
        // Clients send no fragment. Elysia would take it for a part of the path; the checks here would not.
        if (request.url.includes('#'))
          return errorResponse(
            new ApiError('malformed_request', 'A URL must not contain # (write %23 instead).'),
            request,
          )
        const notAllowed = table.methodNotAllowedAtExact(new URL(request.url).pathname, request.method)
        if (notAllowed) return errorResponse(notAllowed, request)
        if (peer !== undefined) setPeerAddress(request, peer)
        return respondWithin(requestTimeoutMs, request, handle, () => errorResponse(noDatabaseAnswer(request), request))
      })
    },
  }
}

import { type Log, logDatabaseUnavailable } from '../log/log.ts'
import type { HttpCounts } from '../metrics/http-counts.ts'
import { errorResponse } from './error-response.ts'
import { databaseUnavailable, internalError } from './errors.ts'
import { createContext } from './request-context.ts'
import { knownMethods } from './request-methods.ts'
import { withSecurityHeaders } from './security-headers.ts'

/** Where requests are logged and counted. */
interface AccessLog {
  readonly log: Log
  readonly counts: HttpCounts
  /** Returns the pattern of the route that a path matches; undefined when none does. */
  readonly routeOf: (path: string) => string | undefined
}

/**
 * Runs the handler of a request, logs and counts its response, and adds `X-Request-Id` and the security headers. An error
 * that the handler throws becomes a 500.
 *
 * A 5xx is logged at level error, any other response at level debug. The 503s of an unavailable database share one line per
 * second at level warn; the others among them are logged at level debug.
 */
export async function logAccess(
  { log, counts, routeOf }: AccessLog,
  request: Request,
  handle: () => Response | Promise<Response>,
): Promise<Response> {
  const started = performance.now()
  const context = createContext(request)
  let response: Response
  try {
    response = await handle()
  } catch (error) {
    context.cause = error
    response = errorResponse(internalError, request)
  }
  const ms = performance.now() - started
  const method = knownMethods.has(request.method) ? request.method : 'other'
  const route = routeOf(pathOf(request.url)) ?? 'none'
  const { status } = response
  counts.add({ method, route, status }, ms / 1000)
  if (status >= 500 || log.isLevelEnabled('debug')) {
    const fields = {
      request_id: context.id,
      method,
      route,
      status,
      ms: Math.round(ms * 10) / 10,
      ...(context.serviceId ? { service_id: context.serviceId } : {}),
      ...(context.cause ? { err: context.cause } : {}),
    }
    if (status !== databaseUnavailable.status) log[status >= 500 ? 'error' : 'debug'](fields, 'request')
    else if (!logDatabaseUnavailable(log, 'warn', fields, 'request')) log.debug(fields, 'request')
  }
  return withSecurityHeaders(response, { 'x-request-id': context.id })
}

/** Returns the path of a URL. Works for a URL that does not parse. */
function pathOf(url: string): string {
  const start = url.indexOf('/', url.indexOf('://') + 3)
  if (start < 0) return '/'
  const end = url.indexOf('?', start)
  return end < 0 ? url.slice(start) : url.slice(start, end)
}

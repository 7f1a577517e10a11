import { type Log, tellAway } from '../log/log.ts'
import type { HttpCounts } from '../metrics/http-counts.ts'
import { databaseAway, errorResponse, internalFault } from './errors.ts'
import { openNote } from './request-context.ts'
import { withSecurityHeaders } from './security-headers.ts'

const knownMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

export interface Observer {
  readonly log: Log
  readonly counts: HttpCounts
  /** The pattern of the route that a path belongs to; undefined for an unknown address. */
  readonly routeOf: (path: string) => string | undefined
}

/**
 * Answers a request, counts it, and gives the answer its `X-Request-Id` and the headers that guard it. A 5xx is one line in the log, any other answer
 * one at level debug. While the database is away the 503s share one line a second, at level debug each has its own.
 * What `answer` throws becomes a 500.
 */
export async function logAccess(
  { log, counts, routeOf }: Observer,
  request: Request,
  answer: () => Response | Promise<Response>,
): Promise<Response> {
  const started = performance.now()
  const note = openNote(request)
  let response: Response
  try {
    response = await answer()
  } catch (error) {
    note.cause = error
    response = errorResponse(internalFault)
  }
  const ms = performance.now() - started
  const method = knownMethods.has(request.method) ? request.method : 'other'
  const route = routeOf(pathOf(request.url)) ?? 'none'
  const { status } = response
  counts.add({ method, route, status }, ms / 1000)
  if (status >= 500 || log.isLevelEnabled('debug')) {
    const fields = {
      request_id: note.id,
      method,
      route,
      status,
      ms: Math.round(ms * 10) / 10,
      ...(note.serviceId ? { service_id: note.serviceId } : {}),
      ...(note.cause ? { err: note.cause } : {}),
    }
    if (status !== databaseAway.status) log[status >= 500 ? 'error' : 'debug'](fields, 'request')
    else if (!tellAway(log, 'warn', fields, 'request')) log.debug(fields, 'request')
  }
  return withSecurityHeaders(response, { 'x-request-id': note.id })
}

function pathOf(url: string): string {
  const start = url.indexOf('/', url.indexOf('://') + 3)
  if (start < 0) return '/'
  const end = url.indexOf('?', start)
  return end < 0 ? url.slice(start) : url.slice(start, end)
}

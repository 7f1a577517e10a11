import { Elysia } from 'elysia'
import { type Caller, noService } from './caller.ts'
import { attachReservation, reserveMemory } from './memory-budget.ts'
import { errorEntry } from './operation.ts'
import { checkQuery } from './query.ts'
import { setService } from './request-context.ts'
import type { RouteScope } from './scopes.ts'
import { readJson } from './strict-json.ts'

/**
 * Returns who sent a request. Throws ApiError 401 or 429 for missing or wrong credentials, and 403 for a token without the
 * scope of the route.
 * @param route the path of the request's route, with parameters written `:name`
 */
export type Authenticate = (request: Request, route: string) => Promise<Caller>

/**
 * Requires credentials on the routes that are registered after it. They are checked before the query and the parameters.
 * Handlers get `caller` and `serviceId`; a handler may only touch the rows of that service.
 *
 * Each of these routes declares what a token needs for it, in its option `scope`; Duly does not start with one that does
 * not. The option also describes the scope and the 403 in the OpenAPI document.
 */
export function requireService(authenticate: Authenticate) {
  return new Elysia({ name: 'require-service' })
    .macro({
      scope: (scope: RouteScope) => ({ detail: { 'x-scope': scope, responses: { 403: errorEntry(403) as never } } }),
    })
    .derive({ as: 'scoped' }, async ({ request, set, route }) => {
      set.headers['cache-control'] = 'no-store'
      const caller = await authenticateOnce(authenticate, request, route)
      checkQuery(request.url)
      return { caller, serviceId: caller.serviceId }
    })
}

const callers = new WeakMap<Request, Caller>()

/** Authenticates a request, unless the `parse` hook has done so already. */
async function authenticateOnce(authenticate: Authenticate, request: Request, route: string): Promise<Caller> {
  const known = callers.get(request)
  if (known) return known
  const caller = await authenticate(request, route)
  callers.set(request, caller)
  if (caller.serviceId !== noService) setService(request, caller.serviceId)
  return caller
}

/** Bodies up to this size, in bytes, do not count against the memory budget. */
const smallBytes = 65_536
/** Memory that a body takes while it is read, parsed, validated, stored and answered, as a multiple of its size. */
const copies = 4

/**
 * Creates the `parse` hook of a route with a JSON body of at most `limit` bytes. Elysia parses bodies before it runs
 * `derive`, so the credentials are checked here: a caller without them learns nothing about the body.
 */
export function readBody(authenticate: Authenticate, limit: number) {
  return async ({ request, route }: { request: Request; route: string }) => {
    const { serviceId } = await authenticateOnce(authenticate, request, route)
    const bytes = Math.min(limit, Number(request.headers.get('content-length') ?? limit) || 0)
    if (bytes > smallBytes) attachReservation(request, await reserveMemory(serviceId, bytes * copies))
    return readJson(request, limit)
  }
}

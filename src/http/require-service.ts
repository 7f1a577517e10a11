import { Elysia } from 'elysia'
import type { Caller } from './caller.ts'
import { holdFor, takeShare } from './memory-budget.ts'
import { checkQuery } from './query.ts'
import { noteService } from './request-context.ts'
import { readJson } from './strict-json.ts'

/** Given to every room whose routes belong to a service. */
export type Authenticate = (request: Request) => Promise<Caller>

/**
 * Closes the routes that are registered after it: each request is checked before anything else of it is read, and the
 * handler gets the `caller`, and its `serviceId`: the only service whose rows it may touch.
 */
export function requireService(authenticate: Authenticate) {
  return new Elysia({ name: 'require-service' }).derive({ as: 'scoped' }, async ({ request, set }) => {
    set.headers['cache-control'] = 'no-store'
    const caller = await authenticate(request)
    noteService(request, caller.serviceId)
    checkQuery(request.url)
    return { caller, serviceId: caller.serviceId }
  })
}

/** A body up to this size is not counted. */
const smallBytes = 65_536
/** How much memory a body takes while it is read, parsed, checked, stored and answered, in times its size. */
const copies = 4

/**
 * The `parse` of a route with a JSON body. A body is read before `derive` runs, so the credentials are checked here as
 * well: nobody without them is told anything of a body.
 */
export function readBody(authenticate: Authenticate, limit: number) {
  return async ({ request }: { request: Request }) => {
    const { serviceId } = await authenticate(request)
    noteService(request, serviceId)
    const bytes = Math.min(limit, Number(request.headers.get('content-length') ?? limit) || 0)
    if (bytes > smallBytes) holdFor(request, await takeShare(serviceId, bytes * copies))
    return readJson(request, limit)
  }
}

import { Elysia } from 'elysia'
import { checkQuery } from '../http/query.ts'
import { readJson } from '../http/read-json.ts'
import { noteService } from '../http/request-notes.ts'
import type { Caller } from './caller.ts'

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

/**
 * The `parse` of a route with a JSON body. A body is read before `derive` runs, so the credentials are checked here as
 * well: nobody without them is told anything of a body.
 */
export function readBody(authenticate: Authenticate, limit: number) {
  return async ({ request }: { request: Request }) => {
    noteService(request, (await authenticate(request)).serviceId)
    return readJson(request, limit)
  }
}

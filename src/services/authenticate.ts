import { timingSafeEqual } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { DatabaseClock } from '../database/clock.ts'
import type { Sql } from '../database/sql.ts'
import { readCredentials } from '../http/auth-schemes.ts'
import type { Caller } from '../http/caller.ts'
import { clientAddress } from '../http/client-address.ts'
import { tooManyFailures, unauthorized } from '../http/errors.ts'
import type { Rule } from '../outbound/rules.ts'
import { callerOf } from './caller.ts'
import { hashToken } from './credentials.ts'
import { FailureLimit } from './failure-limit.ts'
import { findServiceOfToken, findTokenHashes } from './queries.ts'

/** How long valid credentials are cached, in ms. A deleted service or an expired token works for this long at most. */
const cacheMs = 1_000
const cacheEntriesAtMost = 10_000

/**
 * Creates the function that authenticates requests against the database.
 *
 * Valid credentials are cached for one second, so a busy client costs one query a second. Credentials from an address with
 * too many failures are checked like any others, in the same time; only the answer to a further failure changes from 401
 * to 429. So nobody can lock out a service that shares their address.
 * @param trustedProxies networks whose X-Forwarded-For is used to find the client's address
 * @param clock receives the database's time from each query
 * @returns a function that returns the caller, or throws ApiError 401 or 429
 */
export function createAuthenticator(
  sql: Sql,
  trustedProxies: readonly Rule[],
  clock: DatabaseClock,
): (request: Request) => Promise<Caller> {
  const cache = new LRUCache<string, string>({ max: cacheEntriesAtMost, ttl: cacheMs, ttlResolution: 0 })
  const limit = new FailureLimit()
  const failure = (request: Request) => {
    const address = clientAddress(request, trustedProxies)
    const waitSeconds = address ? limit.fail(address) : 0
    return waitSeconds > 0 ? tooManyFailures(waitSeconds) : unauthorized()
  }
  const find = async (id: string | undefined, hash: Buffer) => {
    if (id === undefined) return findServiceOfToken(sql, hash, clock)
    // Same steps for an unknown id and a wrong token: neither the answer nor its time shows which one it was.
    const matches = (await findTokenHashes(sql, id, clock)).map((one) => timingSafeEqual(hash, one))
    return matches.includes(true) ? id : undefined
  }
  return async (request) => {
    const credentials = readCredentials(request.headers)
    if (!credentials) throw failure(request)
    const hash = hashToken(credentials.token)
    const key = (credentials.id ?? '') + hash.toString('latin1')
    const cached = cache.get(key)
    const serviceId = cached ?? (await find(credentials.id, hash))
    if (serviceId === undefined) throw failure(request)
    if (cached === undefined) cache.set(key, serviceId)
    return callerOf(request, serviceId, hash, trustedProxies)
  }
}

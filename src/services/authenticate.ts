import { LRUCache } from 'lru-cache'
import { survive } from '../background/survive.ts'
import type { DatabaseClock } from '../database/clock.ts'
import type { Sql } from '../database/sql.ts'
import { readCredentials, type SentCredentials } from '../http/auth-schemes.ts'
import type { Caller } from '../http/caller.ts'
import { clientAddress } from '../http/client-address.ts'
import { tooManyFailures, unauthorized } from '../http/errors.ts'
import { isOperatorToken } from '../http/token.ts'
import type { Log } from '../log/log.ts'
import type { Rule } from '../outbound/rules.ts'
import { callerOf } from './caller.ts'
import { hashToken } from './credentials.ts'
import { FailureLimit } from './failure-limit.ts'
import { findFirstToken, findToken, recordUse, type ValidToken } from './find-token.ts'
import { findOperatorToken, recordOperatorUse } from './operator-tokens.ts'

/** How long valid credentials are cached, in ms. A deleted service or token and an expired token work for this long at most. */
const cacheMs = 1_000
const cacheEntriesAtMost = 10_000

/** What the check of credentials is made from. */
interface AuthenticatorParts {
  readonly sql: Sql
  readonly log: Log
  /** Networks whose X-Forwarded-For is used to find the client's address. */
  readonly trustedProxies: readonly Rule[]
  /** Receives the database's time from each query. */
  readonly clock: DatabaseClock
}

/**
 * Creates the function that authenticates requests against the database.
 *
 * Valid credentials are cached for one second, so a busy client costs one query a second. Credentials from an address with
 * too many failures are checked like any others, in the same time; only the answer to a further failure changes from 401
 * to 429. So nobody can lock out a service that shares their address.
 * @returns a function that returns the caller, or throws ApiError 401 or 429
 */
export function createAuthenticator({
  sql,
  log,
  trustedProxies,
  clock,
}: AuthenticatorParts): (request: Request) => Promise<Caller> {
  const cache = new LRUCache<string, ValidToken>({ max: cacheEntriesAtMost, ttl: cacheMs, ttlResolution: 0 })
  const limit = new FailureLimit()
  const failure = (request: Request) => {
    const address = clientAddress(request, trustedProxies)
    const waitSeconds = address ? limit.fail(address) : 0
    return waitSeconds > 0 ? tooManyFailures(waitSeconds) : unauthorized()
  }
  const noteUse = ({ serviceId, scopes, firstUsedToday: id }: ValidToken) => {
    if (id === undefined) return
    const record = () => (scopes.includes('operator') ? recordOperatorUse(sql, id) : recordUse(sql, serviceId, id))
    // Not awaited: the request does not wait for it.
    survive(log, 'the last use of a token was not recorded', record, undefined)
  }
  const find = async ({ id, token }: SentCredentials, hash: Buffer) => {
    const operator = isOperatorToken(token) ? await findOperatorToken(sql, id, hash, clock) : undefined
    if (operator) return operator
    return id === undefined ? findFirstToken(sql, hash, clock) : findToken(sql, id, hash, clock)
  }
  return async (request) => {
    const credentials = readCredentials(request.headers)
    if (!credentials) throw failure(request)
    const hash = hashToken(credentials.token)
    const { id } = credentials
    const key = (id ?? '') + hash.toString('latin1')
    let token = cache.get(key)
    if (!token) {
      token = await find(credentials, hash)
      if (!token) throw failure(request)
      cache.set(key, token)
      noteUse(token)
    }
    return callerOf(request, token, trustedProxies)
  }
}

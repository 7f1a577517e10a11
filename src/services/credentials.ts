import { timingSafeEqual } from 'node:crypto'
import { DatabaseClock } from '../database/clock.ts'
import type { Sql } from '../database/sql.ts'
import { isUuid } from '../formats/uuid.ts'
import type { Caller } from '../http/caller.ts'
import { clientAddress } from '../http/client-address.ts'
import { tooManyFailures, unauthorized } from '../http/errors.ts'
import type { Rule } from '../outbound/rules.ts'
import { callerOf } from './caller.ts'
import { FailureLimit } from './failure-limit.ts'
import { findTokenHashes } from './queries.ts'

export interface Credentials {
  readonly id: string
  readonly token: string
}

/** SHA-256 of a token: what the database keeps. */
export function hashToken(token: string): Buffer {
  return new Bun.CryptoHasher('sha256').update(token).digest()
}

/** A new token: 256 random bits behind a prefix by which a leaked one is recognised. */
export function createToken(): string {
  return `duly_${Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64url')}`
}

/**
 * Reads the credentials of a request: the headers `service_id` and `token`, or HTTP Basic. An `Authorization` of another
 * scheme beside the headers is some proxy's and says nothing here.
 * @returns undefined when they are missing, malformed, or given in both ways and different
 */
export function readCredentials(headers: Headers): Credentials | undefined {
  const own = pair(headers.get('service_id'), asText(headers.get('token')))
  const authorization = headers.get('authorization')
  if (authorization === null) return own
  if (!/^basic\b/i.test(authorization)) return own
  const basic = readBasic(authorization)
  if (!headers.has('service_id') && !headers.has('token')) return basic
  return own && basic && own.id === basic.id && own.token === basic.token ? own : undefined
}

/** A header arrives as one character a byte. A given token may hold any characters, and most clients send them as UTF-8. */
function asText(header: string | null): string | null {
  if (header === null || !/[\x80-\xff]/.test(header)) return header
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(header, 'latin1'))
  } catch {
    return header
  }
}

function pair(id: string | null | undefined, token: string | null | undefined): Credentials | undefined {
  return id && token && isUuid(id) ? { id: id.toLowerCase(), token } : undefined
}

/** RFC 7617: base64 of `id:password`; the password may hold colons. */
function readBasic(authorization: string): Credentials | undefined {
  const encoded = /^basic +([a-z0-9+/]+=*)$/i.exec(authorization.trim())?.[1]
  if (!encoded) return undefined
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  return colon < 0 ? undefined : pair(text.slice(0, colon), text.slice(colon + 1))
}

/** How long a checked pair is not asked for again, in ms: a deleted service or a rotated token is out after this. */
const rememberFor = 1_000
const rememberAtMost = 10_000

/**
 * Makes the check of credentials against the database, which remembers a right pair for a second, so that a busy
 * client costs one look-up a second and not one a request. An address with too many failures is checked all the same, at
 * the same cost, and only a further failure is answered otherwise: nobody can lock out a service behind the same address.
 * @param clock learns the database's time by it, at least once a second while requests come
 * @returns a function from a request to who sent it, which throws the 401 or the 429
 */
export function createAuthenticator(
  sql: Sql,
  trustedProxies: readonly Rule[] = [],
  clock = new DatabaseClock(),
): (request: Request) => Promise<Caller> {
  const remembered = new Map<string, number>()
  const limit = new FailureLimit()
  const refuse = (request: Request) => {
    const address = clientAddress(request, trustedProxies)
    const waitSeconds = address ? limit.fail(address) : 0
    return waitSeconds > 0 ? tooManyFailures(waitSeconds) : unauthorized()
  }
  return async (request) => {
    const credentials = readCredentials(request.headers)
    if (!credentials) throw refuse(request)
    const hash = hashToken(credentials.token)
    const key = credentials.id + hash.toString('latin1')
    const caller = callerOf(request, credentials.id, hash, trustedProxies)
    if ((remembered.get(key) ?? 0) > performance.now()) return caller
    // An unknown id takes the same steps as a wrong token: neither the answer nor its time tells which it was.
    const valid = await findTokenHashes(sql, credentials.id, clock)
    const matches = valid.map((one) => timingSafeEqual(hash, one))
    if (!matches.includes(true)) throw refuse(request)
    if (remembered.size >= rememberAtMost) remembered.clear()
    remembered.set(key, performance.now() + rememberFor)
    return caller
  }
}

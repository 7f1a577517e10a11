import { timingSafeEqual } from 'node:crypto'
import { tokenFingerprint } from '../audit/actor.ts'
import type { DatabaseClock } from '../database/clock.ts'
import type { Sql } from '../database/sql.ts'
import { type RouteScope, type Scope, scopes } from '../http/scopes.ts'

/** A token that is valid, and what its holder may do. */
export interface ValidToken {
  /** `noService` for that of an operator who named none. */
  readonly serviceId: string
  /** Its id under /tokens; null for the first token of a service and for that of an operator. */
  readonly tokenId: string | null
  readonly scopes: readonly RouteScope[]
  /** Null for never. */
  readonly expiresAt: string | null
  /** How the audit names the token: its name; for the first token of a service the first 8 hex digits of its hash. */
  readonly principal: string
  /** The id of a token that is used for the first time today; undefined for any other, and for the first of a service. */
  readonly firstUsedToday?: string
}

/** The hash where there is no token: 32 zero bytes, which no token has. */
export const noHash = Buffer.alloc(32)

/**
 * Finds a token of a service by its hash: the first token of the service, during the grace period of a rotation also the
 * previous one, or one of its further tokens.
 *
 * An unknown service and a wrong token take the same steps: neither the result nor the time shows which one it was.
 * @param clock receives the database's time
 */
export async function findToken(
  sql: Sql,
  serviceId: string,
  hash: Buffer,
  clock: DatabaseClock,
): Promise<ValidToken | undefined> {
  const sentAt = performance.now()
  const [row] = await sql<
    {
      current: Buffer
      previous: Buffer
      further: Buffer
      id: string | null
      name: string
      scopes: Scope[]
      expires_at: string | null
      used_today: boolean
      clock_ms: number
    }[]
  >`
    /* duly:find_token */
    select
      coalesce(service.token_hash, ${noHash}) as current,
      coalesce(case when service.previous_token_until > now() then service.previous_token_hash end, ${noHash}) as previous,
      coalesce(token.hash, ${noHash}) as further,
      token.id, token.name, token.scopes, token.expires_at,
      token.last_used_on is not distinct from (now() at time zone 'UTC')::date as used_today,
      (extract(epoch from clock_timestamp()) * 1000)::float8 as clock_ms
    from (select ${serviceId}::uuid as id) wanted
    left join service on service.id = wanted.id
    left join token on token.service_id = wanted.id
      and token.hash = ${hash}
      and (token.expires_at is null or token.expires_at > now())`
  if (row) clock.learn(row.clock_ms, sentAt)
  const [isFurther, ...isFirst] = [row?.further, row?.current, row?.previous].map((one) =>
    timingSafeEqual(hash, one ?? noHash),
  )
  if (isFirst.includes(true)) return firstToken(serviceId, hash)
  if (!row?.id || !isFurther) return undefined
  const { id, name: principal, scopes, expires_at: expiresAt, used_today } = row
  return { serviceId, tokenId: id, scopes, expiresAt, principal, ...(used_today ? {} : { firstUsedToday: id }) }
}

/**
 * Finds the service whose first token, or the previous one during the grace period of a rotation, has this hash.
 * @returns undefined also when several services were given the same token: only their ids tell them apart
 * @param clock receives the database's time
 */
export async function findFirstToken(sql: Sql, hash: Buffer, clock: DatabaseClock): Promise<ValidToken | undefined> {
  const sentAt = performance.now()
  const [row] = await sql<{ ids: string[]; clock_ms: number }[]>`
    /* duly:find_first_token */
    select
      coalesce(array_agg(found.id), '{}') as ids,
      (extract(epoch from clock_timestamp()) * 1000)::float8 as clock_ms
    from (
      select id
      from service
      where token_hash = ${hash}
      union
      select id
      from service
      where previous_token_hash = ${hash}
        and previous_token_until > now()
    ) found`
  if (row) clock.learn(row.clock_ms, sentAt)
  const [serviceId, another] = row?.ids ?? []
  return serviceId === undefined || another !== undefined ? undefined : firstToken(serviceId, hash)
}

const firstToken = (serviceId: string, hash: Buffer): ValidToken => ({
  serviceId,
  tokenId: null,
  scopes,
  expiresAt: null,
  principal: tokenFingerprint(hash),
})

/** Records that a token was used today, in UTC. Writes nothing when that is recorded already. */
export async function recordUse(sql: Sql, serviceId: string, id: string): Promise<void> {
  await sql`
    /* duly:record_token_use */
    update token
    set last_used_on = (now() at time zone 'UTC')::date
    where service_id = ${serviceId}
      and id = ${id}
      and last_used_on is distinct from (now() at time zone 'UTC')::date`
}

import type { DatabaseClock } from '../database/clock.ts'
import type { Sql } from '../database/sql.ts'
import { type Actor, noService } from '../http/caller.ts'
import { noHash, type ValidToken } from './find-token.ts'

// The tokens of those who run Duly: each reads what every service has.

/** The token of an operator as the command line shows it. */
export interface OperatorToken {
  readonly id: string
  readonly name: string
  readonly created_at: string
  /** Which user of the machine made it; null for one without a name. */
  readonly created_by: string | null
  /** Null for never. */
  readonly expires_at: string | null
  /** The last day, in UTC, on which it was used; null for none. */
  readonly last_used_on: string | null
  /** Null for one that was not deleted. */
  readonly deleted_at: string | null
  readonly deleted_by: string | null
}

/** SQL for the columns of a token as it is shown. */
const shown = (sql: Sql) =>
  sql`id, name, created_at, created_by, expires_at, last_used_on::text as last_used_on, deleted_at, deleted_by`

/**
 * Finds the token of an operator by its hash.
 * @param serviceId the service that the request names; undefined for none
 * @param clock receives the database's time
 * @returns undefined also when there is no such service
 */
export async function findOperatorToken(
  sql: Sql,
  serviceId: string | undefined,
  hash: Buffer,
  clock: DatabaseClock,
): Promise<ValidToken | undefined> {
  const sentAt = performance.now()
  const [row] = await sql<
    { id: string; name: string; expires_at: string | null; used_today: boolean; clock_ms: number }[]
  >`
    /* duly:find_operator_token */
    select
      id, name, expires_at, last_used_on is not distinct from (now() at time zone 'UTC')::date as used_today,
      (extract(epoch from clock_timestamp()) * 1000)::float8 as clock_ms
    from operator_token
    where hash = ${hash}
      and deleted_at is null
      and (expires_at is null or expires_at > now())
      and (
        ${serviceId ?? null}::uuid is null
        or exists (select from service where service.id = ${serviceId ?? null}::uuid and token_hash <> ${noHash})
      )`
  if (!row) return undefined
  clock.learn(row.clock_ms, sentAt)
  const { id, name: principal, expires_at: expiresAt, used_today } = row
  const scopes = ['read', 'operator'] as const
  const token = { serviceId: serviceId ?? noService, tokenId: null, scopes, expiresAt, principal }
  return used_today ? token : { ...token, firstUsedToday: id }
}

/** Records that a token was used today, in UTC. Writes nothing when that is recorded already. */
export async function recordOperatorUse(sql: Sql, id: string): Promise<void> {
  await sql`
    /* duly:record_operator_token_use */
    update operator_token
    set last_used_on = (now() at time zone 'UTC')::date
    where id = ${id}
      and last_used_on is distinct from (now() at time zone 'UTC')::date`
}

/**
 * Creates a token.
 * @param seconds for how long it is valid; null for ever
 * @param actor who creates it
 * @returns undefined, with nothing created, when there is a token of this name
 */
export async function insertOperatorToken(
  sql: Sql,
  { id, name, hash, seconds }: { id: string; name: string; hash: Buffer; seconds: number | null },
  { principal }: Actor,
): Promise<OperatorToken | undefined> {
  const [row] = await sql<OperatorToken[]>`
    /* duly:insert_operator_token */
    insert into operator_token (id, name, hash, expires_at, created_by)
    values (${id}, ${name}, ${hash}, now() + make_interval(secs => ${seconds}::float8), ${principal})
    on conflict (name) where deleted_at is null do nothing
    returning ${shown(sql)}`
  return row
}

/** Returns the tokens, oldest first. @param deleted whether deleted ones are among them */
export async function listOperatorTokens(sql: Sql, deleted = false): Promise<OperatorToken[]> {
  return sql<OperatorToken[]>`
    /* duly:list_operator_tokens */
    select ${shown(sql)}
    from operator_token
    where ${deleted}
      or deleted_at is null
    order by created_at, id`
}

/**
 * Deletes a token, whose row stays.
 * @param actor who deletes it
 * @returns false when there is none of this name
 */
export async function deleteOperatorToken(sql: Sql, name: string, { principal }: Actor): Promise<boolean> {
  const { count } = await sql`
    /* duly:delete_operator_token */
    update operator_token
    set deleted_at = now(), deleted_by = ${principal}
    where name = ${name}
      and deleted_at is null`
  return count === 1
}

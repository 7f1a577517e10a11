import type { DatabaseClock } from '../database/clock.ts'
import type { Sql } from '../database/sql.ts'
import { noService } from '../http/caller.ts'
import { noHash, type ValidToken } from './find-token.ts'

// The tokens of those who run Duly: each reads what every service has.

/** The token of an operator as the command line shows it. */
export interface OperatorToken {
  readonly id: string
  readonly name: string
  readonly created_at: string
  /** Null for never. */
  readonly expires_at: string | null
  /** The last day, in UTC, on which it was used; null for none. */
  readonly last_used_on: string | null
}

/** SQL for the columns of a token as it is shown. */
const shown = (sql: Sql) => sql`id, name, created_at, expires_at, last_used_on::text as last_used_on`

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
      and (expires_at is null or expires_at > now())
      and (
        ${serviceId ?? null}::uuid is null
        or exists (select from service where service.id = ${serviceId ?? null}::uuid and token_hash <> ${noHash})
      )`
  if (!row) return undefined
  clock.learn(row.clock_ms, sentAt)
  const { id, name: principal, expires_at: expiresAt, used_today } = row
  const token = { serviceId: serviceId ?? noService, scopes: ['read', 'operator'] as const, expiresAt, principal }
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
 * @returns undefined, with nothing created, when there is a token of this name
 */
export async function insertOperatorToken(
  sql: Sql,
  { id, name, hash, seconds }: { id: string; name: string; hash: Buffer; seconds: number | null },
): Promise<OperatorToken | undefined> {
  const [row] = await sql<OperatorToken[]>`
    /* duly:insert_operator_token */
    insert into operator_token (id, name, hash, expires_at)
    values (${id}, ${name}, ${hash}, now() + make_interval(secs => ${seconds}::float8))
    on conflict on constraint operator_token_name_unique do nothing
    returning ${shown(sql)}`
  return row
}

/** Returns all tokens, oldest first. */
export async function listOperatorTokens(sql: Sql): Promise<OperatorToken[]> {
  return sql<OperatorToken[]>`
    /* duly:list_operator_tokens */
    select ${shown(sql)}
    from operator_token
    order by created_at, id`
}

/** Deletes a token. @returns false when there is none of this name */
export async function deleteOperatorToken(sql: Sql, name: string): Promise<boolean> {
  const { count } = await sql`
    /* duly:delete_operator_token */
    delete from operator_token
    where name = ${name}`
  return count === 1
}

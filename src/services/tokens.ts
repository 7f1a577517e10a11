import { type Static, Type } from '@sinclair/typebox'
import { auditing } from '../audit/entry.ts'
import {
  type BatchRow,
  type BatchStart,
  batchLimit,
  boundedBatch,
  type CountedBatch,
  selectBatch,
  toBatch,
} from '../database/bounded-batch.ts'
import { rfc3339 } from '../database/rfc3339.ts'
import type { Sql } from '../database/sql.ts'
import { Id } from '../formats/schema.ts'
import type { Caller } from '../http/caller.ts'
import type { Token } from './token-model.ts'

// The further tokens of a service. The first one is a column of `service`.

/** SQL for the columns of a token as the API returns them. */
const shown = (sql: Sql) => sql`id, name, scopes, expires_at, created_at, last_used_on::text as last_used_on`

/** SQL for a token as an audit entry stores it. */
const audited = (sql: Sql) => sql`
  jsonb_build_object('name', name, 'scopes', scopes, 'expires_at', ${rfc3339(sql, sql`expires_at`)})`

/**
 * Creates a token and its audit entry.
 * @returns undefined, with nothing created, when the service has a token of this name
 * @throws the driver's error for the constraint token_expires_after_creation when `expires_at` has passed
 */
export async function insertToken(
  sql: Sql,
  { serviceId, actor }: Caller,
  token: Pick<Token, 'id' | 'name' | 'scopes'> & { readonly hash: Buffer; readonly expires_at: string | null },
): Promise<Token | undefined> {
  const [row] = await sql<Token[]>`
    /* duly:insert_token */
    with created as (
      insert into token (service_id, id, name, hash, scopes, expires_at)
      values (${serviceId}, ${token.id}, ${token.name}, ${token.hash}, ${token.scopes}::text[], ${token.expires_at})
      on conflict on constraint token_name_unique do nothing
      returning *
    ), audited as (
      ${auditing(
        sql,
        actor(),
        sql`select service_id, null::uuid, name, 'token_created', null::jsonb, ${audited(sql)}, '{}'::text[] from created`,
      )}
    )
    select ${shown(sql)}
    from created`
  return row
}

/** Schema of the position of a token in the list. */
export const tokenPosition = Type.Object({ id: Id })

type TokenPosition = Static<typeof tokenPosition>

/** Reads a batch of the tokens of a service, newest first, as JSON. */
export async function listBatch(
  sql: Sql,
  serviceId: string,
  start: BatchStart<TokenPosition>,
): Promise<CountedBatch<TokenPosition>> {
  const { last } = start
  const [row] = await sql<[BatchRow<TokenPosition>]>`
    /* duly:list_tokens */
    with matched as materialized (
      select id, name, scopes, expires_at, created_at, last_used_on
      from token
      where service_id = ${serviceId}
        ${last === undefined ? sql`` : sql`and id < ${last.id}`}
      order by id desc
      ${batchLimit(sql, start)}
    ), ${boundedBatch(sql, sql`octet_length(name) + 200`, start)}
    ${selectBatch(
      sql,
      sql`
        batch.id, batch.name, batch.scopes, ${rfc3339(sql, sql`batch.expires_at`)} as expires_at,
        ${rfc3339(sql, sql`batch.created_at`)} as created_at, batch.last_used_on`,
      ['id'],
    )}`
  return toBatch(row)
}

/** Returns a token; undefined when the service has none with this id. */
export async function findTokenById(sql: Sql, serviceId: string, id: string): Promise<Token | undefined> {
  const [row] = await sql<Token[]>`
    /* duly:find_token_by_id */
    select ${shown(sql)}
    from token
    where service_id = ${serviceId}
      and id = ${id}`
  return row
}

/** Deletes a token and writes its audit entry. @returns false when the service has none with this id */
export async function deleteToken(sql: Sql, { serviceId, actor }: Caller, id: string): Promise<boolean> {
  const rows = await sql`
    /* duly:delete_token */
    with deleted as (
      delete from token
      where service_id = ${serviceId}
        and id = ${id}
      returning *
    ), audited as (
      ${auditing(
        sql,
        actor(),
        sql`select service_id, null::uuid, name, 'token_deleted', ${audited(sql)}, null::jsonb, '{}'::text[] from deleted`,
      )}
    )
    select id
    from deleted`
  return rows.length === 1
}

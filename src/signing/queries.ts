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
import { Id, Time } from '../formats/schema.ts'
import type { Caller } from '../http/caller.ts'
import type { SigningKey } from './model.ts'

/** How many valid signing keys a service may have. */
export const maxKeys = 100
/** How long a key is listed after it has expired, in days. */
const listedDays = 30

/** SQL for the columns of a signing key that the API returns. */
const columns = (sql: Sql) => sql`id, target, created_at, expires_at`

/** SQL for a signing key as an audit entry stores it. */
const audited = (sql: Sql) => sql`
  jsonb_build_object('target', target, 'expires_at', ${rfc3339(sql, sql`expires_at`)})`

/**
 * Creates a signing key, and gives an expiry to those of the same target that have none; with 0 seconds all others of the target
 * expire. Writes the audit entries, and deletes the keys of the service that expired long ago.
 * @param key its `sealed` is the encrypted secret
 * @returns undefined, with nothing changed, when the service has as many valid keys as it may have
 */
export async function insertKey(
  sql: Sql,
  { serviceId, actor }: Caller,
  key: { readonly id: string; readonly target: string | null; readonly sealed: string },
  expiresOthersInSeconds: number,
): Promise<SigningKey | undefined> {
  const [row] = await sql<SigningKey[]>`
    /* duly:insert_signing_key */
    with deleted as (
      delete from signing_key
      where service_id = ${serviceId}
        and expires_at < now() - ${listedDays}::integer * interval '1 day'
    ), created as (
      insert into signing_key (service_id, id, target, sealed)
      select ${serviceId}, ${key.id}, ${key.target}::text, ${key.sealed}
      where (
        select count(*)
        from signing_key
        where service_id = ${serviceId}
          and (expires_at is null or expires_at > now())
      ) < ${maxKeys}::integer
      returning *
    ), others as materialized (
      select id, expires_at
      from signing_key
      where service_id = ${serviceId}
        and target is not distinct from ${key.target}::text
        and (expires_at is null or (${expiresOthersInSeconds}::integer = 0 and expires_at > now()))
        and exists (select from created)
      for update
    ), expired as (
      update signing_key
      set expires_at = now() + ${expiresOthersInSeconds}::integer * interval '1 second',
          changed_at = now()
      from others
      where signing_key.service_id = ${serviceId}
        and signing_key.id = others.id
      returning signing_key.*, others.expires_at as expired_before
    ), audited as (
      ${auditing(
        sql,
        actor(),
        sql`
          select service_id, null::uuid, id::text, 'signing_key_created', null::jsonb, ${audited(sql)}, '{}'::text[]
          from created
          union all
          select
            service_id, null::uuid, id::text, 'signing_key_expired',
            jsonb_build_object('expires_at', ${rfc3339(sql, sql`expired_before`)}), ${audited(sql)}, '{}'::text[]
          from expired`,
      )}
    )
    select ${columns(sql)}
    from created`
  return row
}

/** Expires a signing key now, and writes the audit entry. @returns false when the service has none with this id */
export async function expireKey(sql: Sql, { serviceId, actor }: Caller, id: string): Promise<boolean> {
  const rows = await sql`
    /* duly:expire_signing_key */
    with found as materialized (
      select id, expires_at
      from signing_key
      where service_id = ${serviceId}
        and id = ${id}
      for update
    ), expired as (
      update signing_key
      set expires_at = now(),
          changed_at = now()
      where service_id = ${serviceId}
        and id in (select id from found where expires_at is null or expires_at > now())
      returning *
    ), audited as (
      ${auditing(
        sql,
        actor(),
        sql`
          select
            service_id, null::uuid, expired.id::text, 'signing_key_expired',
            jsonb_build_object('expires_at', (select ${rfc3339(sql, sql`found.expires_at`)} from found)), ${audited(sql)},
            '{}'::text[]
          from expired`,
      )}
    )
    select id
    from found`
  return rows.length === 1
}

/** Schema of the position of a signing key in the list. */
export const keyPosition = Type.Object({ created_at: Time, id: Id })

type KeyPosition = Static<typeof keyPosition>

/** Reads a batch of the signing keys of a service, newest first, as JSON without their secrets. */
export async function listBatch(
  sql: Sql,
  serviceId: string,
  start: BatchStart<KeyPosition>,
): Promise<CountedBatch<KeyPosition>> {
  const { last } = start
  const [row] = await sql<[BatchRow<KeyPosition>]>`
    /* duly:list_signing_keys */
    with matched as materialized (
      select ${columns(sql)}
      from signing_key
      where service_id = ${serviceId}
        ${last === undefined ? sql`` : sql`and (created_at, id) < (${last.created_at}::timestamptz, ${last.id}::uuid)`}
      order by created_at desc, id desc
      ${batchLimit(sql, start)}
    ), ${boundedBatch(sql, sql`coalesce(octet_length(target), 0) + 200`, start)}
    ${selectBatch(
      sql,
      sql`
        batch.id, batch.target, ${rfc3339(sql, sql`batch.created_at`)} as created_at,
        ${rfc3339(sql, sql`batch.expires_at`)} as expires_at`,
      ['created_at', 'id'],
    )}`
  return toBatch(row)
}

import { tokenFingerprint } from '../audit/actor.ts'
import { auditing } from '../audit/entry.ts'
import type { Sql } from '../database/sql.ts'
import type { Actor } from '../http/caller.ts'
import { noHash } from './find-token.ts'

/** Returns the hash of a service's token; undefined when there is no such service. */
export async function findService(sql: Sql, id: string): Promise<{ token_hash: Buffer } | undefined> {
  const [row] = await sql<{ token_hash: Buffer }[]>`
    /* duly:find_service */
    select token_hash
    from service
    where id = ${id}`
  return row
}

/** Creates a service and its audit entry. Returns false, and changes nothing, when the id exists. */
export async function insertService(
  sql: Sql,
  service: { id: string; name: string; token_hash: Buffer },
  actor: Actor,
): Promise<boolean> {
  const after = sql.json({ name: service.name, token: tokenFingerprint(service.token_hash) })
  const rows = await sql`
    /* duly:insert_service */
    with created as (
      insert into service (id, name, token_hash)
      values (${service.id}, ${service.name}, ${service.token_hash})
      on conflict (id) do nothing
      returning id, name
    ), audited as (
      ${auditing(sql, actor, sql`select id, null::uuid, name, 'service_created', null::jsonb, ${after}::jsonb, '{}'::text[] from created`)}
    )
    select id
    from created`
  return rows.length === 1
}

/** A service as `duly service list` prints it. */
interface ServiceRow {
  id: string
  name: string
  created_at: string
  updated_at: string
  /** Number of its tasks. */
  tasks: number
}

/** Returns all services with the number of their tasks, oldest first. */
export async function listServices(sql: Sql): Promise<ServiceRow[]> {
  return sql<ServiceRow[]>`
    /* duly:list_services */
    select
      service.id, service.name, service.created_at, service.updated_at,
      (select count(*)::int from task where task.service_id = service.id and task.deleted_at is null) as tasks
    from service
    order by service.created_at, service.id`
}

/**
 * Sets a new token for a service and writes an audit entry. The current token stays valid for `graceSeconds`; the one before it
 * becomes invalid.
 * @returns false when there is no such service
 */
export async function rotateToken(
  sql: Sql,
  id: string,
  tokenHash: Buffer,
  graceSeconds: number,
  actor: Actor,
): Promise<boolean> {
  const after = sql.json({ token: tokenFingerprint(tokenHash), grace_seconds: graceSeconds })
  const rows = await sql`
    /* duly:rotate_token */
    with rotated as (
      update service
      set previous_token_hash = token_hash,
          previous_token_until = now() + make_interval(secs => ${graceSeconds}),
          token_hash = ${tokenHash},
          updated_at = now()
      where id = ${id}
      returning id, name, previous_token_hash
    ), audited as (
      ${auditing(
        sql,
        actor,
        sql`
          select
            id, null::uuid, name, 'token_rotated', jsonb_build_object('token', left(encode(previous_token_hash, 'hex'), 8)),
            ${after}::jsonb, '{}'::text[]
          from rotated`,
      )}
    )
    select id
    from rotated`
  return rows.length === 1
}

/**
 * Invalidates all tokens of a service and writes the audit entry of its deletion. Does nothing when they are invalid
 * already, so a deletion that is repeated writes one entry.
 */
export async function revokeTokens(sql: Sql, id: string, actor: Actor): Promise<void> {
  await sql`
    /* duly:revoke_tokens */
    with revoked as (
      update service
      set token_hash = ${noHash}, previous_token_hash = null, previous_token_until = null
      where id = ${id}
        and token_hash <> ${noHash}
      returning id, name
    ), deleted as (
      delete from token
      where service_id = ${id}
    )
    ${auditing(
      sql,
      actor,
      sql`select id, null::uuid, name, 'service_deleted', jsonb_build_object('name', name), null::jsonb, '{}'::text[] from revoked`,
    )}`
}

/**
 * Deletes up to `limit` alerts of a service and as many of its notifications.
 * @returns how many
 */
export async function deleteAlerts(sql: Sql, id: string, limit: number): Promise<number> {
  const rowsOf = (table: string) => sql`
    delete from ${sql(table)}
    where ctid = any(array(
      select ctid
      from ${sql(table)}
      where service_id = ${id}
      limit ${limit}
      for update skip locked
    ))
    returning 1`
  const [row] = await sql<[{ deleted: number }]>`
    /* duly:delete_alerts_of_service */
    with alerts as (${rowsOf('alert')}), notifications as (${rowsOf('notification')})
    select ((select count(*) from alerts) + (select count(*) from notifications))::integer as deleted`
  return row.deleted
}

/**
 * Deletes a service that has no tasks.
 * @returns false when there is no such service
 * @throws the driver's error 23503 (foreign key violation) when it has tasks
 */
export async function deleteService(sql: Sql, id: string): Promise<boolean> {
  const rows = await sql`
    /* duly:delete_service */
    delete from service
    where id = ${id}
    returning id`
  return rows.length === 1
}

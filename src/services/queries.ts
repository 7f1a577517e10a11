import { nameOfToken } from '../audit/actor.ts'
import { auditing } from '../audit/entry.ts'
import type { DatabaseClock } from '../database/clock.ts'
import type { Sql } from '../database/sql.ts'
import type { Actor } from '../http/caller.ts'

/** The hash of a service's token, or undefined when there is no service with this id. */
export async function findService(sql: Sql, id: string): Promise<{ token_hash: Buffer } | undefined> {
  const [row] = await sql<{ token_hash: Buffer }[]>`
    select token_hash
    from service
    where id = ${id}`
  return row
}

/** In place of a hash that is not there: no token has it. */
const nobody = Buffer.alloc(32)

/**
 * The hashes of the tokens that are valid for this id: the service's own and, while the grace of a rotation lasts, the
 * one before. Those that are not there are zeros, and so are both when there is no such service: what comes back has the
 * same form in each case, so that the time to make and read it tells nothing.
 * @param clock learns from the answer what the database's clock shows
 */
export async function findTokenHashes(sql: Sql, id: string, clock: DatabaseClock): Promise<readonly Buffer[]> {
  const asked = performance.now()
  const [row] = await sql<{ current: Buffer; previous: Buffer; shown: number }[]>`
    select
      coalesce(service.token_hash, ${nobody}) as current,
      coalesce(case when service.previous_token_until > now() then service.previous_token_hash end, ${nobody}) as previous,
      (extract(epoch from clock_timestamp()) * 1000)::float8 as shown
    from (select ${id}::uuid as id) asked
    left join service on service.id = asked.id`
  if (row) clock.learn(row.shown, asked)
  return [row?.current ?? nobody, row?.previous ?? nobody]
}

/** Creates a service; one that exists keeps its token and its name. Returns whether it was created. */
export async function insertService(
  sql: Sql,
  service: { id: string; name: string; token_hash: Buffer },
  actor: Actor,
): Promise<boolean> {
  const shown = sql.json({ name: service.name, token: nameOfToken(service.token_hash) })
  const rows = await sql`
    with created as (
      insert into service (id, name, token_hash)
      values (${service.id}, ${service.name}, ${service.token_hash})
      on conflict (id) do nothing
      returning id, name
    ), audited as (
      ${auditing(sql, actor, sql`select id, null::uuid, name, 'service_created', null::jsonb, ${shown}::jsonb, '{}'::text[] from created`)}
    )
    select id
    from created`
  return rows.length === 1
}

export interface ServiceRow {
  id: string
  name: string
  created_at: string
  updated_at: string
  tasks: number
}

/** All services with the number of their tasks, oldest first. */
export async function listServices(sql: Sql): Promise<ServiceRow[]> {
  return sql<ServiceRow[]>`
    select
      service.id, service.name, service.created_at, service.updated_at,
      (select count(*)::int from task where task.service_id = service.id and task.deleted_at is null) as tasks
    from service
    order by service.created_at, service.id`
}

/** Gives a service a new token; the old one stays valid for `graceSeconds`. Returns false when there is no such service. */
export async function rotateToken(
  sql: Sql,
  id: string,
  tokenHash: Buffer,
  graceSeconds: number,
  actor: Actor,
): Promise<boolean> {
  const shown = sql.json({ token: nameOfToken(tokenHash), grace_seconds: graceSeconds })
  const rows = await sql`
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
            ${shown}::jsonb, '{}'::text[]
          from rotated`,
      )}
    )
    select id
    from rotated`
  return rows.length === 1
}

/**
 * Takes away both tokens of a service for good: no token has this hash. From here on it is as good as deleted, and the audit
 * says so, once, however often its deletion is begun.
 */
export async function revokeTokens(sql: Sql, id: string, actor: Actor): Promise<void> {
  await sql`
    with revoked as (
      update service
      set token_hash = ${nobody}, previous_token_hash = null, previous_token_until = null
      where id = ${id}
        and token_hash <> ${nobody}
      returning id, name
    )
    ${auditing(
      sql,
      actor,
      sql`select id, null::uuid, name, 'service_deleted', jsonb_build_object('name', name), null::jsonb, '{}'::text[] from revoked`,
    )}`
}

/** Stops all tasks of a service at once, before its rows are deleted in batches. */
export async function retireTasks(sql: Sql, serviceId: string): Promise<void> {
  await sql`
    update task
    set status = 'disabled', queued_for = null, queued_created_at = null, queued_id = null, deleted_at = now()
    where service_id = ${serviceId}
      and deleted_at is null`
}

/** Deletes a service that has no rows left. Returns false when there is no such service. */
export async function deleteService(sql: Sql, id: string): Promise<boolean> {
  const rows = await sql`
    delete from service
    where id = ${id}
    returning id`
  return rows.length === 1
}

import { auditing } from '../audit/entry.ts'
import type { Sql } from '../database/sql.ts'
import type { Actor } from '../http/caller.ts'
import type { Service } from './service-model.ts'

/** Returns a service; undefined when there is none with this id. */
export async function readService(sql: Sql, id: string): Promise<Service | undefined> {
  const [row] = await sql<Service[]>`
    /* duly:read_service */
    select
      id, name, (select per_second from catch_up where service_id = service.id) as catch_up_per_second, created_at
    from service
    where id = ${id}`
  return row
}

/**
 * Sets how many late slots of a service start in a second at most, and writes an audit entry if that is a change.
 * @param perSecond null for no limit
 * @returns undefined when there is no such service
 */
export async function setCatchUp(
  sql: Sql,
  id: string,
  perSecond: number | null,
  actor: Actor,
): Promise<Service | undefined> {
  const [row] = await sql<Service[]>`
    /* duly:set_catch_up */
    with target as (
      select
        id, name, created_at, (select per_second from catch_up where service_id = service.id) as per_second
      from service
      where id = ${id}
    ), removed as (
      delete from catch_up
      using target
      where catch_up.service_id = target.id
        and ${perSecond}::integer is null
    ), written as (
      insert into catch_up (service_id, per_second)
      select id, ${perSecond}::integer
      from target
      where ${perSecond}::integer is not null
      on conflict (service_id) do update
      set per_second = excluded.per_second
    ), audited as (
      ${auditing(
        sql,
        actor,
        sql`
          select
            id, null::uuid, name, 'service_updated', jsonb_build_object('catch_up_per_second', per_second),
            jsonb_build_object('catch_up_per_second', ${perSecond}::integer), '{}'::text[]
          from target
          where per_second is distinct from ${perSecond}::integer`,
      )}
    )
    select id, name, ${perSecond}::integer as catch_up_per_second, created_at
    from target`
  return row
}

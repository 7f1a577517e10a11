import { auditing } from '../audit/entry.ts'
import type { Sql } from '../database/sql.ts'
import type { Actor } from '../http/caller.ts'

/**
 * Sets how many late slots of a service start in a second at most, and writes an audit entry if that is a change.
 * @param perSecond 0 for no limit
 * @returns false when there is no such service
 */
export async function setCatchUp(sql: Sql, id: string, perSecond: number, actor: Actor): Promise<boolean> {
  const after = sql.json({ catch_up_per_second: perSecond })
  const rows = await sql`
    /* duly:set_catch_up */
    with target as (
      select
        id, name,
        coalesce((select per_second from catch_up where service_id = service.id), 0) as per_second
      from service
      where id = ${id}
    ), removed as (
      delete from catch_up
      using target
      where catch_up.service_id = target.id
        and ${perSecond}::integer = 0
    ), written as (
      insert into catch_up (service_id, per_second)
      select id, ${perSecond}::integer
      from target
      where ${perSecond}::integer > 0
      on conflict (service_id) do update
      set per_second = excluded.per_second
    ), audited as (
      ${auditing(
        sql,
        actor,
        sql`
          select
            id, null::uuid, name, 'service_updated', jsonb_build_object('catch_up_per_second', per_second), ${after}::jsonb,
            '{}'::text[]
          from target
          where per_second <> ${perSecond}::integer`,
      )}
    )
    select id
    from target`
  return rows.length === 1
}

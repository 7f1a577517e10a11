import { auditing } from '../audit/entry.ts'
import type { Sql } from '../database/sql.ts'
import type { Caller } from '../http/caller.ts'
import { spreadOver } from '../transitions/spread.ts'

/** Gives tasks without a spread one. Their slots stay. @returns the ids of those that were changed */
export async function spreadTasks(
  sql: Sql,
  caller: Caller,
  ids: readonly string[],
  seconds: number,
): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    /* duly:spread_tasks */
    with target as materialized (
      select service_id, id, name
      from task
      where service_id = ${caller.serviceId}
        and id = any(${ids as string[]}::uuid[])
        and not once_running
        and spread_seconds is null
        and deleted_at is null
      order by id
      for update
    ), updated as (
      update task
      set ${spreadOver(sql, sql`${seconds}::integer`)},
          version = task.version + 1,
          updated_at = now()
      from target
      where task.service_id = target.service_id
        and task.id = target.id
    ), audited as (
      ${auditing(
        sql,
        caller.actor(),
        sql`
          select
            service_id, id, name, 'task_updated', jsonb_build_object('spread_seconds', 0),
            jsonb_build_object('spread_seconds', ${seconds}::integer), '{}'::text[]
          from target`,
      )}
    )
    select id
    from target`
  return rows.map(({ id }) => id)
}

import { auditing } from '../audit/entry.ts'
import type { Sql } from '../database/sql.ts'
import type { Caller } from '../http/caller.ts'
import { calendarUseIn, lockingCalendars } from '../transitions/calendar-use.ts'
import { spreadOver } from '../transitions/spread.ts'
import type { ChangedTask } from './chosen.ts'

/**
 * Gives tasks without a spread one. Their slots stay. Tasks whose calendar has changed since they were read are left.
 * @returns the ids of those that were changed
 */
export async function spreadTasks(
  sql: Sql,
  caller: Caller,
  batch: readonly ChangedTask[],
  seconds: number,
): Promise<string[]> {
  const ids = batch.map(({ task }) => task.id)
  const uses = [...new Set(batch.map(({ task }) => task.calendar_use))]
  // Whoever changes a calendar computes the next starts of its tasks from the spreads that it has read before.
  const { locking, isLocked } = lockingCalendars(sql, caller.serviceId, uses)
  const rows = await sql<{ id: string }[]>`
    /* duly:spread_tasks */
    with ${locking} target as materialized (
      select service_id, id, name
      from task
      where service_id = ${caller.serviceId}
        and id = any(${ids}::uuid[])
        and not once_running
        and spread_seconds is null
        and deleted_at is null
        and ${calendarUseIn(sql)} = any(${uses}::text[])
        ${isLocked}
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

import { auditing } from '../audit/entry.ts'
import type { Sql } from '../database/sql.ts'
import type { Caller } from '../http/caller.ts'
import { calendarUseIn, lockingCalendars } from '../transitions/calendar-use.ts'
import { spreadOver } from '../transitions/spread.ts'
import type { ChangedTask } from './chosen.ts'

/** A task that was changed, with the version that it has since. */
interface SpreadTask {
  readonly id: string
  readonly version: number
}

/**
 * Gives tasks without a spread one, or, with 0 seconds, takes theirs away. Their slots stay. Tasks that were changed since they were read are left, and so are those whose
 * calendar was: whether a spread fits between two slots was judged by what was read. One that has started since is spread all the same.
 * @returns those that were changed
 */
export async function spreadTasks(
  sql: Sql,
  caller: Caller,
  batch: readonly ChangedTask[],
  seconds: number,
): Promise<SpreadTask[]> {
  const listed = batch.map(({ task: { id, version, calendar_use } }) => ({ id, version, calendar_use }))
  // Whoever changes a calendar computes the next starts of its tasks from the spreads that it has read before.
  const { locking, isLocked } = lockingCalendars(
    sql,
    caller.serviceId,
    batch.map(({ task }) => task.calendar_use),
  )
  const isGiven = seconds > 0
  return sql<SpreadTask[]>`
    /* duly:spread_tasks */
    with ${locking} target as materialized (
      select task.service_id, task.id, task.name, coalesce(task.spread_seconds, 0) as old_spread
      from jsonb_to_recordset(${sql.json(listed as never)}) as listed (id uuid, version integer, calendar_use text)
      join task
        on task.service_id = ${caller.serviceId}
        and task.id = listed.id
        and task.version = listed.version
        and ${calendarUseIn(sql)} = listed.calendar_use
      where not task.once_running
        and task.scheduled_at is not null
        and task.spread_seconds ${isGiven ? sql`is null` : sql`is not null`}
        and task.deleted_at is null
        ${isLocked}
      order by task.id
      for update of task
    ), updated as (
      update task
      set ${spreadOver(sql, isGiven ? sql`${seconds}::integer` : sql`null::integer`)},
          version = task.version + 1,
          updated_at = now()
      from target
      where task.service_id = target.service_id
        and task.id = target.id
      returning task.id, task.version
    ), audited as (
      ${auditing(
        sql,
        caller.actor(),
        sql`
          select
            service_id, id, name, 'task_updated', jsonb_build_object('spread_seconds', old_spread),
            jsonb_build_object('spread_seconds', ${seconds}::integer), '{}'::text[]
          from target`,
      )}
    )
    select id, version
    from updated`
}

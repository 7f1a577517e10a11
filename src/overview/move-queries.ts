import { auditing } from '../audit/entry.ts'
import { rfc3339 } from '../database/rfc3339.ts'
import type { Sql } from '../database/sql.ts'
import { formatTime } from '../formats/time.ts'
import type { Caller } from '../http/caller.ts'
import { calendarUseIn, lockingCalendars } from '../transitions/calendar-use.ts'
import { moveColumns, movedTo } from '../transitions/move.ts'
import type { ChangedTask } from './chosen.ts'

/** Moves tasks that are still as they were read. @returns the ids of those that were moved */
export async function moveTasks(sql: Sql, caller: Caller, batch: readonly ChangedTask[]): Promise<string[]> {
  const listed = batch.map(({ task, cron, startsAt }) => ({
    ...{ id: task.id, version: task.version, starts_at: task.starts_at, calendar_use: task.calendar_use, cron },
    // The times of a pattern are whole seconds. Others keep their microseconds, so they are moved by the difference.
    start_at: cron === null || task.is_given ? null : formatTime(startsAt),
    seconds: Math.round((startsAt - Date.parse(task.starts_at as string)) / 1000),
  }))
  // Whoever changes a calendar computes the next slots of its tasks from the patterns that it has read before.
  const { locking, isLocked } = lockingCalendars(
    sql,
    caller.serviceId,
    batch.map(({ task }) => task.calendar_use),
  )
  const rows = await sql<{ id: string }[]>`
    /* duly:move_tasks */
    with ${locking} target as materialized (
      select
        task.service_id, task.id, task.name, task.cron as old_cron, listed.cron,
        ${moveColumns(sql, sql`listed.start_at`, sql`listed.seconds`)}
      from jsonb_to_recordset(${sql.json(listed as never)}) as listed (
        id uuid, version integer, starts_at timestamptz, calendar_use text, cron text, start_at timestamptz, seconds integer
      )
      join task
        on task.service_id = ${caller.serviceId}
        and task.id = listed.id
        and task.version = listed.version
        and task.scheduled_at = listed.starts_at
        and ${calendarUseIn(sql)} = listed.calendar_use
      where not task.once_running
        and task.deleted_at is null
        ${isLocked}
      order by task.id
      for update of task
    ), updated as (
      update task
      set cron = target.cron,
          ${movedTo(sql, sql`target`)},
          version = task.version + 1,
          updated_at = now()
      from target
      where task.service_id = ${caller.serviceId}
        and task.id = target.id
      returning
        task.service_id, task.id, task.name, target.old_cron, target.old_slot, task.cron, target.new_slot
    ), audited as (
      ${auditing(
        sql,
        caller.actor(),
        sql`
          select
            service_id, id, name, 'task_updated',
            jsonb_strip_nulls(jsonb_build_object('cron', old_cron, 'scheduled_at', ${rfc3339(sql, sql`old_slot`)})),
            jsonb_strip_nulls(jsonb_build_object('cron', cron, 'scheduled_at', ${rfc3339(sql, sql`new_slot`)})),
            '{}'::text[]
          from updated`,
      )}
    )
    select id
    from updated`
  return rows.map(({ id }) => id)
}

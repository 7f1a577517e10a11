import type { Fragment, Sql } from '../database/sql.ts'
import { calendarUseIn } from './calendar-use.ts'
import { intervalNext, nextColumns } from './interval-next.ts'
import { repeats } from './predicates.ts'
import { offsetIn } from './spread.ts'

/** The most pauses that one statement ends. */
export const resumeBatch = 500

/** A task whose pause is over. */
export interface DuePause {
  readonly service_id: string
  readonly id: string
  readonly version: number
  readonly cron: string | null
  readonly time_zone: string | null
  readonly spread_offset: number
  readonly calendar_use: string
  /** The last moment of the pause: a microsecond before `paused_until`. */
  readonly last_at: string
}

/** A task whose pause is to be ended. */
export interface PauseEnd extends Pick<DuePause, 'service_id' | 'id' | 'version' | 'calendar_use'> {
  /** When it starts first after the pause by its pattern. RFC 3339; null without a pattern, or a further time of it. */
  readonly cron_next_at: string | null
}

/**
 * Returns tasks whose pause is over, those that have been over for longest first. While there are none, this reads one entry of
 * the index.
 * @param unreadable time zones and patterns, with a space between, that this replica cannot read
 */
export async function listDuePauses(sql: Sql, unreadable: readonly string[]): Promise<DuePause[]> {
  return sql<DuePause[]>`
    /* duly:list_due_pauses */
    select service_id, id, version, cron, time_zone, ${offsetIn(sql)} as spread_offset,
      ${calendarUseIn(sql)} as calendar_use, paused_until - interval '1 microsecond' as last_at
    from task
    where paused_until <= now()
      and (cron is null or concat_ws(' ', time_zone, cron) <> all(${unreadable as string[]}::text[]))
    order by paused_until
    limit ${resumeBatch}`
}

/**
 * Sets tasks active whose pause is over, as CTEs; the last one, `resumed`, has `service_id, id, name, paused_until` as it was,
 * the new `status`, and `was_paused`. Tasks that were changed since they were listed, or are locked, are left.
 *
 * - The slots during the pause are not made up for: the next one is the first of the task's own grid that does not start before
 *   `paused_until`. If it is past by now, because no replica ran, it is late like any other.
 * - A task that runs once keeps its time, and runs at once if that is past. So does one whose last slot is still running.
 * - A task without a slot left, or before its end, is disabled.
 * - A time that an older version of Duly has left behind, on a task that is no longer paused, is removed.
 */
export const resuming = (sql: Sql, ends: readonly PauseEnd[]): Fragment => sql`
  listed as (
    select *
    from jsonb_to_recordset(${sql.json(ends as never)}) as listed (
      service_id uuid, id uuid, version integer, calendar_use text, cron_next_at timestamptz
    )
  ),
  locked as materialized (
    select task.*, null::integer as cron_missed_slots, listed.cron_next_at
    from (select * from listed order by service_id, id) listed
    -- A lateral join with a limit: an index look for each.
    cross join lateral (
      select
        task.ctid, task.service_id, task.id, task.name, task.paused_until, task.scheduled_at, ${offsetIn(sql)} as spread_offset,
        task.frequency, task.unit, task.anchor_day, task.phase, task.cron, task.ends_at, task.runs_left, task.once_running,
        task.status = 'paused' and task.deleted_at is null as was_paused
      from task
      where task.service_id = listed.service_id
        and task.id = listed.id
        and task.version = listed.version
        and ${calendarUseIn(sql)} = listed.calendar_use
        and task.paused_until <= now()
      limit 1
      for update skip locked
    ) task
  ),
  due as materialized (
    select locked.*, ${nextColumns(sql, sql`locked`, sql`locked.paused_until - interval '1 microsecond'`)}
    from locked
  ),
  planned as materialized (
    select
      due.*, next.next_at, next.next_anchor_day, move.is_moved,
      move.is_moved
        and (next.ends or coalesce(due.runs_left = 0, false)) as is_over
    from due
    cross join ${intervalNext(sql)}
    cross join lateral (
      select
        due.was_paused
          and ${repeats(sql, sql`due`)}
          and not due.once_running
          and due.scheduled_at < due.paused_until as is_moved
    ) move
  ),
  resumed as (
    update task
    set paused_until = null,
        status = case when planned.is_over then 'disabled' when planned.was_paused then 'active' else task.status end,
        scheduled_at = case
          when planned.is_over then null
          when planned.is_moved then planned.next_at
          else task.scheduled_at
        end,
        anchor_day = case when planned.is_moved and not planned.is_over then planned.next_anchor_day else task.anchor_day end,
        version = task.version + 1,
        updated_at = now()
    from planned
    where task.ctid = planned.ctid
    returning planned.service_id, planned.id, planned.name, planned.paused_until, planned.was_paused, task.status
  )`

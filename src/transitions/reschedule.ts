import type { Fragment, Sql } from '../database/sql.ts'
import { withoutCancelled } from './cancel.ts'
import { isOver } from './ends.ts'
import { isReadBack } from './read-back.ts'
import { offsetOf, slotOf, startAt, storedOffset } from './spread.ts'

/** How many of a task's executions since a given `scheduled_at` are searched for it. */
const searchedAtMost = 1_000

/** What an update says about the next slot. */
export interface NewSlot {
  /** As the update gave it: undefined if it is left out. RFC 3339. */
  readonly scheduledAt: string | null | undefined
  /** The next time of the pattern that the task has after the update, for a cron schedule. RFC 3339. */
  readonly nextAt: string | undefined
  /** Whether the pattern and zone are the stored ones in another spelling. */
  readonly keepsTimes: boolean
  /** Whether another calendar has the next slot of the pattern counted from now. */
  readonly countsAnew: boolean
}

/**
 * The next slot of a task after an update, as CTEs behind a CTE `target` that has the new schedule (`frequency`, `unit`,
 * `cron`, `time_zone`, `ends_at`, `runs_left`, `ends_otherwise`) and the stored one in columns that begin with `old_`; `old_at` is the
 * next slot (`slotOf`). The last CTE, `scheduled`, adds `new_at`, the next slot, `has_run`, whether the given `scheduled_at` is a slot
 * that was claimed before, and `is_over`, whether the task has no slot left. The rules:
 *
 * - A `scheduled_at` that is neither the stored one nor a slot that was claimed before is the next slot.
 * - `scheduled_at: null`, and another kind of schedule, interval, pattern, zone or calendar, count the next slot from now. A first
 *   slot that was given and has not come yet stays when only the interval changes.
 * - A task whose last slot is being run, and that may now run further ones, has its next slot counted from now.
 * - Otherwise the slot stays. So a task that was read can be sent back, even after it has run.
 */
export function newSlot(sql: Sql, { scheduledAt, nextAt, keepsTimes, countsAnew }: NewSlot): Fragment {
  const literal = (value: boolean) => (value ? sql`true` : sql`false`)
  return newSlots(sql, {
    given: sql`${scheduledAt ?? null}::timestamptz`,
    isAbsent: literal(scheduledAt === undefined),
    isNull: literal(scheduledAt === null),
    nextAt: sql`${nextAt ?? null}::timestamptz`,
    keepsTimes: literal(keepsTimes),
    countsAnew: literal(countsAnew),
  })
}

/** What updates of several tasks say about their next slots: SQL, in which columns of `target` may stand. */
export interface NewSlots {
  /** The time that was given. */
  readonly given: Fragment
  /** Whether the time is left out, and whether it is given as null. */
  readonly isAbsent: Fragment
  readonly isNull: Fragment
  /** The next time of the pattern that the task has after the update. */
  readonly nextAt: Fragment
  readonly keepsTimes: Fragment
  readonly countsAnew: Fragment
}

/** Like `newSlot`, for several tasks at once. */
export function newSlots(sql: Sql, { given, isAbsent, isNull, nextAt, keepsTimes, countsAnew }: NewSlots): Fragment {
  const fromNow = sql`case when cron is null then now() + frequency * ('1 ' || unit)::interval else ${nextAt} end`
  return sql`
    compared as (
      select *,
        case
          when frequency is not null then
            (unit = 'month') is distinct from (old_unit = 'month')
            or frequency * ('1 ' || unit)::interval is distinct from old_frequency * ('1 ' || old_unit)::interval
          when cron is not null then
            ${countsAnew} or (cron, time_zone) is distinct from (old_cron, old_zone) and not ${keepsTimes}
          else coalesce(old_frequency::text, old_cron) is not null
        end as is_other,
        coalesce(${isReadBack(sql, given, sql`old_at`)}, false) as is_stored
      from target
    ), judged as (
      select *,
        case
          when is_stored or ${given} is null or ${given} > now() then false
          when ${isReadBack(sql, given, sql`old_given_at`)} then true
          -- A claim that locked the row first: this statement can see neither its execution nor its change of the row.
          when (
            select ${isReadBack(sql, given, slotOf(sql, sql`seen`))}
            from task as seen
            where seen.service_id = compared.service_id
              and seen.id = compared.id
          ) then true
          else exists (
            select from (
              select execution.scheduled_for
              from execution
              where execution.service_id = compared.service_id
                and execution.task_id = compared.id
                -- No execution is older than its slot, unless the database's clock was set back.
                and execution.created_at >= ${given} - interval '1 hour'
              order by execution.created_at, execution.id
              limit ${searchedAtMost}
            ) slot
            where ${isReadBack(sql, given, sql`slot.scheduled_for`)}
          )
        end as has_run
      from compared
    ), placed as (
      select *,
        case
          when ${given} is not null and not is_stored and not has_run then ${given}
          -- A first slot that was given stays when the interval changes.
          when frequency is not null and old_at = old_given_at and not old_once_running
            and case when ${isAbsent} then old_frequency is not null else is_stored and old_cron is null end
            then old_at
          when (${isNull} or is_other or old_at is null) and (frequency is not null or cron is not null)
            then ${fromNow}
          when old_once_running and ends_otherwise and ${fromNow} <= coalesce(ends_at, 'infinity') and runs_left is distinct from 0
            then ${fromNow}
          when ${isNull} then null
          else old_at
        end as placed_at
      from judged
    ), scheduled as (
      select placed.*, over.is_over, case when not over.is_over then placed.placed_at end as new_at
      from placed
      cross join lateral (select ${isOver(sql, sql`placed.placed_at`, sql`placed`)} as is_over) over
    )`
}

/**
 * What an update sets to give a task the next slot of a row `scheduled`, with `cancelled` joined to it (see cancel.ts).
 * @param scheduledAt as the update gave it
 * @param spread SQL for the new `spread_seconds`
 */
export const rescheduled = (sql: Sql, { scheduledAt }: Pick<NewSlot, 'scheduledAt'>, spread: Fragment): Fragment =>
  rescheduledTo(sql, sql`${scheduledAt ?? null}::timestamptz`, spread)

/** Like `rescheduled`. @param given SQL for the time that was given */
export const rescheduledTo = (sql: Sql, given: Fragment, spread: Fragment): Fragment => sql`
    scheduled_at = ${startAt(sql, sql`scheduled.new_at`, offsetOf(sql, sql`task.id`, spread))},
    spread_offset = ${storedOffset(sql, sql`task.id`, spread)},
    runs_left = scheduled.runs_left,
    once_running = task.once_running
      and (scheduled.frequency is null and scheduled.cron is null or not scheduled.is_other)
      and scheduled.new_at is not distinct from scheduled.old_at
      and cancelled.id is null,
    ${withoutCancelled(sql)},
    given_at = case
      when scheduled.new_at is not distinct from scheduled.old_at then task.given_at
      when scheduled.new_at = ${given} then ${given}
    end,
    anchor_day = case
      when scheduled.unit is distinct from 'month' then null
      -- Counted from now: the day of now is kept, even if the next month does not have it.
      when scheduled.new_at is distinct from scheduled.old_at and scheduled.new_at is distinct from ${given}
        then extract(day from now())
      when scheduled.new_at is distinct from scheduled.old_at or task.anchor_day is null then extract(day from scheduled.new_at)
      else task.anchor_day
    end`

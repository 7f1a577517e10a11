import type { Fragment, Sql } from '../database/sql.ts'
import { missedRunsAtMost } from '../task-fields/missed.ts'
import { offsetIn, slotOf } from './spread.ts'

/**
 * When the task starts in the month that is `months` after the slot `due.slot_at`: on `step.day` of it, or on its last day, at the
 * same time of day.
 */
const monthAfter = (sql: Sql, months: Fragment) => sql`
  date_trunc('month', due.slot_at)
    + make_interval(months => ${months})
    + make_interval(days => least(
        step.day,
        date_part('day', date_trunc('month', due.slot_at) + make_interval(months => ${months} + 1) - interval '1 day')
      )::integer - 1)
    + (due.slot_at - date_trunc('day', due.slot_at))
    + make_interval(secs => due.spread_offset)`

/** How many intervals on the next slot of a task that runs each of its missed slots is: one, unless too many were missed. */
const eachOf = (sql: Sql, missed: Fragment) => sql`greatest(1, ${missed} - ${missedRunsAtMost - 1}::integer)`

/** When a task starts at the latest: SQL, null for one that does not end. */
export const endOf = (sql: Sql, row: Fragment) => sql`(${row}.ends_at + make_interval(secs => ${offsetIn(sql, row)}))`

/**
 * Columns that `intervalNext` reads, of rows that are materialized: PostgreSQL would work them out in each place that uses them.
 * They are the slot, and the time after which the next start is sought.
 * @param row a row of `task`, or one with the same columns
 * @param until that time, for a task without an end
 */
export const nextColumns = (sql: Sql, row: Fragment, until: Fragment = sql`now()`): Fragment => sql`
  ${slotOf(sql, row)} as slot_at,
  -- Slots after the end are none, and so not missed.
  case when ${row}.ends_at is null then ${until} else least(${until}, ${endOf(sql, row)}) end as until_at`

/** What the next time depends on besides the row. */
export interface NextOptions {
  /** A task with `phase: restart` that is later than this starts a new phase. Undefined: every task keeps its phase. */
  readonly toleranceSeconds?: number
  /** Whether the task runs each of its missed slots: then the next time may be in the past. */
  readonly runsEach?: Fragment
  /** Whether the slot is run, so that it is one of those that `max_runs` counts. Then `due` has `runs_left`. */
  readonly isRun?: boolean
}

/**
 * The next time of a task whose slot is claimed or skipped now: SQL to be joined to rows named `due` that have
 * `scheduled_at`, `spread_offset`, `frequency`, `unit`, `anchor_day`, `phase`, `ends_at`, `slot_at` and `until_at` (`nextColumns`),
 * and for a cron schedule `cron_next_at` and `cron_missed_slots`. It gives `next_at`, `next_anchor_day`, `missed_slots`, and with `ends` whether the slot is the last one.
 *
 * All times are those at which a task starts, `spread_offset` after its slots. Only months are counted from slot to slot: which
 * day it is depends on it.
 *
 * The next slot is the first one after now on the task's own grid. With `phase: restart` a task that is later than
 * `toleranceSeconds` starts a new phase instead, one interval from now. A month keeps its day where it has it (31, 28, 31); a day is 24
 * hours, because the session is in UTC. A cron schedule keeps to its pattern. The slot is the last one of a task that runs once,
 * whose pattern has no further time, that ends before its next time, or has no run left: then the task keeps its time.
 */
export function intervalNext(sql: Sql, { toleranceSeconds, runsEach = sql`false`, isRun = false }: NextOptions = {}) {
  const isLate =
    toleranceSeconds === undefined
      ? sql`false`
      : sql`due.phase = 'restart' and due.scheduled_at < now() - make_interval(secs => ${toleranceSeconds})`
  return sql`
    lateral (
      select
        due.until_at - make_interval(secs => due.spread_offset) as until,
        due.frequency
          * case due.unit when 'minute' then 60.0::float8 when 'hour' then 3600 when 'day' then 86400 when 'week' then 604800 end
          as seconds,
        -- The anchor day counts only while the slot is on it; an update may have moved the slot.
        case
          when date_part('day', due.slot_at)
            = least(due.anchor_day, date_part('day', date_trunc('month', due.slot_at) + interval '1 month -1 day'))
            then due.anchor_day
          else date_part('day', due.slot_at)
        end as day,
        -- A late task with phase restart starts a new one, one interval from now; any other keeps its phase.
        ${isLate} as late
    ) step
    -- Whole intervals between the slot and that time.
    cross join lateral (
      select
        floor(date_part('epoch', due.until_at - due.scheduled_at) / step.seconds) as steps,
        case when due.unit = 'month' then
          (
            (date_part('year', step.until) - date_part('year', due.slot_at)) * 12
            + date_part('month', step.until) - date_part('month', due.slot_at)
          )::integer / due.frequency
        end as months
    ) whole
    -- The last slot of a monthly task up to the current month (it may still be ahead), and the one after it.
    cross join lateral (
      select
        ${monthAfter(sql, sql`whole.months * due.frequency`)} as this_at,
        ${monthAfter(sql, sql`(whole.months + 1) * due.frequency`)} as following_at
    ) monthly
    cross join lateral (
      select
        case
          when due.frequency is null then coalesce(due.cron_next_at, due.scheduled_at)
          when ${runsEach} then
            case
              when due.unit = 'month' then ${monthAfter(sql, sql`${eachOf(sql, sql`whole.months`)} * due.frequency`)}
              else due.scheduled_at + make_interval(secs => ${eachOf(sql, sql`whole.steps`)} * step.seconds)
            end
          when step.late and due.unit = 'month'
            then now() - make_interval(secs => due.spread_offset) + make_interval(months => due.frequency) + make_interval(secs => due.spread_offset)
          when step.late then now() + make_interval(secs => step.seconds)
          when due.unit = 'month' then case when monthly.this_at > due.until_at then monthly.this_at else monthly.following_at end
          else due.scheduled_at + make_interval(secs => (whole.steps + 1) * step.seconds)
        end as next_at,
        case
          when due.unit is distinct from 'month' then null
          when step.late and ${runsEach} is not true then date_part('day', now() - make_interval(secs => due.spread_offset))
          else step.day
        end::smallint as next_anchor_day,
        case
          when due.frequency is null then coalesce(due.cron_missed_slots, 0)
          when ${runsEach} then ${eachOf(sql, sql`coalesce(whole.months, whole.steps)`)} - 1
          when due.unit = 'month' then whole.months - case when whole.months > 0 and monthly.this_at > due.until_at then 1 else 0 end
          else whole.steps
        end::integer as missed_slots
      -- Works out each value once, and not in each place that uses it.
      offset 0
    ) following
    cross join lateral (
      select case
        when due.frequency is null and due.cron_next_at is null then true
        ${isRun ? sql`when due.runs_left <= 1 then true` : sql``}
        when due.ends_at is null then false
        else following.next_at > ${endOf(sql, sql`due`)}
      end as ends
    ) ending
    cross join lateral (
      select
        ending.ends,
        case when ending.ends then due.scheduled_at else following.next_at end as next_at,
        case when ending.ends then due.anchor_day else following.next_anchor_day end as next_anchor_day,
        following.missed_slots
    ) next`
}

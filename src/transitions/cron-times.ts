import type { Fragment, Sql } from '../database/sql.ts'
import { calendarUseIn } from './calendar-use.ts'
import { isSlotDue } from './predicates.ts'
import { offsetIn } from './spread.ts'

/** The next times of a cron schedule with a due slot, for the tasks that start equally long after it. The replica works them out, because SQL cannot. */
export interface CronTimes {
  readonly cron: string
  readonly time_zone: string
  /** When its tasks start, which is `spread_offset` seconds after their slot. So are the times below. */
  readonly scheduled_at: string
  readonly spread_offset: number
  /** The calendar by which the times below were computed: see `task.calendar_use`. */
  readonly calendar_use: string
  /** The next slot and the one after it, which is used when the claim runs after the first. Null when there is none. */
  readonly first_at: string | null
  readonly second_at: string | null
  /** Number of slots between the due one and now. */
  readonly missed_slots: number
  /** For a task that runs each of its missed slots: the next one, and the number of those before it that are too many. */
  readonly each_at: string | null
  readonly each_missed: number
}

/** Whether a row of `task` has a cron schedule and a due slot: the condition of the index on due patterns. */
export const isDueCron = (sql: Sql) => sql`
  task.cron is not null
    and ${isSlotDue(sql)}`

/** Next times as a CTE named `cron_times`. A slot whose pattern is not in it must not be claimed. */
export const cronTimes = (sql: Sql, times: readonly CronTimes[]) => sql`
  cron_times as (
    select
      cron,
      time_zone,
      scheduled_at,
      spread_offset,
      calendar_use,
      -- The replica gives the next time and the one after it, in case the next one has come by now.
      case when first_at > now() then first_at else second_at end as next_at,
      missed_slots + case when first_at <= now() then 1 else 0 end as missed_slots,
      each_at,
      each_missed
    from jsonb_to_recordset(${sql.json(times as never)}) as cron_times (
      cron text, time_zone text, scheduled_at timestamptz, spread_offset integer, calendar_use text, first_at timestamptz, second_at timestamptz, missed_slots integer,
      each_at timestamptz, each_missed integer
    )
    where coalesce(second_at, 'infinity') > now()
  )`

/**
 * Whether the schedule of a row of `task` is among these. It is compared as text: a subquery on `cron_times` in the `where`
 * of rows that are being locked crashes PostgreSQL 18.4 when a row has changed in the meantime and is evaluated again.
 */
export const isAmong = (sql: Sql, times: readonly CronTimes[]) => sql`
  -- Compared as text: a subquery on cron_times here can crash PostgreSQL 18 (see cron-times.ts).
  concat_ws(' ', task.scheduled_at, ${offsetIn(sql)}, ${calendarUseIn(sql)}, task.time_zone, task.cron) = any(
    ${times.map((time) => [postgresText(time.scheduled_at), time.spread_offset, time.calendar_use, time.time_zone, time.cron].join(' '))}::text[]
  )`

/** RFC 3339 as PostgreSQL writes it in a session in UTC. */
const postgresText = (time: string) => time.replace('T', ' ').replace('Z', '+00')

/** Joins `cron_times` to rows that have `cron`, `time_zone`, `scheduled_at`, `spread_offset` and `calendar_use`. */
export const joinCronTimes = (sql: Sql, row: Fragment) => sql`
  left join cron_times
    on cron_times.cron = ${row}.cron
    and cron_times.time_zone = ${row}.time_zone
    and cron_times.scheduled_at = ${row}.scheduled_at
    and cron_times.spread_offset = ${row}.spread_offset
    and cron_times.calendar_use = ${row}.calendar_use`

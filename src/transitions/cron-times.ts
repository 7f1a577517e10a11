import type { Sql } from '../database/sql.ts'

/** What follows a due slot of a cron schedule: SQL can work out everything but this. */
export interface CronTimes {
  readonly cron: string
  readonly time_zone: string
  readonly scheduled_at: string
  /** The next slot, and the one after it, in case the claim comes later than the first; null when there is none any more. */
  readonly first_at: string | null
  readonly second_at: string | null
  /** Slots between the due one and now. */
  readonly missed_slots: number
}

/** Whether a row of `task` has a cron schedule whose slot is due: what the index of due patterns is for. */
export const isDueCron = (sql: Sql) => sql`
  task.cron is not null
    and task.status = 'active'
    and not task.once_running
    and task.scheduled_at <= now()`

/** Those times as a CTE named `cron_times`; a slot whose pattern is not in it, or no longer, is not to be taken. */
export const cronTimes = (sql: Sql, times: readonly CronTimes[]) => sql`
  cron_times as (
    select
      cron,
      time_zone,
      scheduled_at,
      case when first_at > now() then first_at else second_at end as next_at,
      missed_slots + case when first_at <= now() then 1 else 0 end as missed_slots
    from jsonb_to_recordset(${sql.json(times as never)}) as cron_times (
      cron text, time_zone text, scheduled_at timestamptz, first_at timestamptz, second_at timestamptz, missed_slots integer
    )
    where coalesce(second_at, 'infinity') > now()
  )`

/**
 * Whether a row of `task` is among those schedules. Compared as text: a look into `cron_times` here would be a subquery of
 * rows that are being locked, and one that is evaluated anew for a row that has changed meanwhile crashes PostgreSQL 18.4.
 */
export const isAmong = (sql: Sql, times: readonly CronTimes[]) => sql`
  concat_ws(' ', task.scheduled_at, task.time_zone, task.cron) = any(
    ${times.map(({ scheduled_at, time_zone, cron }) => `${postgresText(scheduled_at)} ${time_zone} ${cron}`)}::text[]
  )`

/** RFC 3339 as PostgreSQL writes it in a session in UTC. */
const postgresText = (time: string) => time.replace('T', ' ').replace('Z', '+00')

/** Joins `cron_times` to rows named `due`. */
export const joinCronTimes = (sql: Sql) => sql`
  left join cron_times
    on cron_times.cron = due.cron
    and cron_times.time_zone = due.time_zone
    and cron_times.scheduled_at = due.scheduled_at`

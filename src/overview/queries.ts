import { failingAlertOf } from '../alerts/open-of-task.ts'
import type { Fragment, Sql } from '../database/sql.ts'
import type { Unit } from '../schedule/unit.ts'
import type { Histogram } from '../tally/histogram.ts'
import type { Status } from '../task-fields/statuses.ts'
import { hasLabels, type WantedLabel } from '../tasks/label-filter.ts'
import { type CalendarUses, calendarUseIn, readCalendarUses } from '../transitions/calendar-use.ts'
import { offsetIn } from '../transitions/spread.ts'
import { assumedStartIn } from './assumed-start.ts'
import type { Overview } from './model.ts'

/** What ended in one hour, or in one quarter hour of the last day. */
export interface HourRow {
  /** Its beginning. */
  at: string
  success: number
  failed: number
  skipped: number
  /** The database's clock. */
  now: string
}

/**
 * Counts what ended in each hour of the last seven days in UTC, in each quarter hour of the last day. Those in which nothing ended
 * have no row, except for the current one, which always has.
 */
export async function listHours(sql: Sql, serviceId: string): Promise<HourRow[]> {
  const fine = sql`case when at >= now() - interval '25 hours' then at else date_trunc('hour', at) end`
  return sql<HourRow[]>`
    /* duly:list_hours */
    select
      hour.at, sum(hour.success)::float8 as success, sum(hour.failed)::float8 as failed,
      sum(hour.skipped)::float8 as skipped, now() as now
    from (
      select ${fine} as at, success, failed, skipped
      from tally
      where service_id = ${serviceId}
        and at >= date_trunc('day', now()) - interval '6 days'
      union all
      select ${fine}, success, failed, skipped
      from tally_pending
      where service_id = ${serviceId}
        and at >= date_trunc('day', now()) - interval '6 days'
      union all
      select date_trunc('hour', now()), 0, 0, 0
    ) hour
    group by hour.at`
}

/**
 * Sums the histograms of durations and skews over the last 24 hours, the current one included. Empty arrays when nothing
 * ended.
 */
export async function sumHistograms(
  sql: Sql,
  serviceId: string,
): Promise<{ duration_ms: Histogram; skew_ms: Histogram }> {
  const rows = await sql<{ duration: number; skew: number }[]>`
    /* duly:sum_histograms */
    select sum(cell.duration)::float8 as duration, sum(cell.skew)::float8 as skew
    from (
      select at, duration_ms, skew_ms
      from tally
      where service_id = ${serviceId}
      union all
      select at, duration_ms, skew_ms
      from tally_pending
      where service_id = ${serviceId}
    ) counted
    cross join lateral unnest(duration_ms, skew_ms) with ordinality as cell (duration, skew, bucket)
    where at >= date_trunc('hour', now()) - interval '23 hours'
    group by cell.bucket
    order by cell.bucket`
  return { duration_ms: rows.map((row) => row.duration), skew_ms: rows.map((row) => row.skew) }
}

/** The open alert of a task in `failing`. */
type FailingAlert = Overview['alerts']['failing'][number]

/** A task whose last attempt failed, and its open alert. */
export type FailingRow = Overview['failing'][number] & { readonly alert: Omit<FailingAlert, 'task_id'> | null }

/** Returns the tasks with these labels whose last attempt failed, those that fail longest first. */
export async function listFailing(
  sql: Sql,
  serviceId: string,
  labels: readonly WantedLabel[],
  limit: number,
): Promise<FailingRow[]> {
  return sql<FailingRow[]>`
    /* duly:list_failing */
    select
      failing_task.task_id, task.name, failing_task.since, failing_task.consecutive, failing_task.settled, failing_task.error,
      task.status, task.scheduled_at, ${failingAlertOf(sql, serviceId, sql`failing_task.task_id`)} as alert
    from failing_task
    join task on task.service_id = failing_task.service_id and task.id = failing_task.task_id
    where failing_task.service_id = ${serviceId}
      and task.deleted_at is null
      ${hasLabels(sql, serviceId, sql`failing_task.task_id`, labels)}
    order by failing_task.since, failing_task.task_id
    limit ${limit}`
}

/** Counts the open alerts of the tasks of a service. */
export async function countOpenAlerts(sql: Sql, serviceId: string): Promise<Overview['alerts']['counts']> {
  const [row] = await sql<[Overview['alerts']['counts']]>`
    /* duly:count_open_alerts */
    select
      count(*) filter (where kind = 'failing')::integer as failing,
      count(*) filter (where kind = 'late')::integer as late,
      count(*) filter (where kind = 'long')::integer as long
    from alert
    where service_id = ${serviceId}
      and closed_at is null`
  return row
}

/** Tasks of a service with the same status, schedule and next run, so that all run at the same times in the coming day. */
export interface TaskGroup {
  status: Status
  frequency: number | null
  unit: Unit | null
  cron: string | null
  time_zone: string | null
  calendar_use: string
  /**
   * The next run, see `assumedStart`, rounded down to a minute, or to a quarter hour where that changes no quarter hour of a later
   * run; null when there is none in the coming day.
   */
  at: string | null
  /** The last run does not start later than this; null if they do not end in the coming day. */
  ends_at: string | null
  /** How many runs are left; null if they are more than a day can have. */
  runs_left: number | null
  /** Number of tasks. */
  count: number
  /** For cron schedules: how long after the times of the pattern they start, in seconds, rounded down to a minute; else 0. */
  offset: number
  /** Whether they have a spread. */
  is_spread: boolean
  /** The database's clock. */
  now: string
}

/** Returns the tasks of a service with these labels in groups. This is the only statement of the overview that reads every task. */
export async function groupTasks(sql: Sql, serviceId: string, labels: readonly WantedLabel[]): Promise<TaskGroup[]> {
  return sql<TaskGroup[]>`
    /* duly:group_tasks */
    select
      status, frequency, unit, cron, time_zone, ${calendarUseIn(sql)} as calendar_use,
      ${groupTime(sql, sql`task.scheduled_at`)} as at,
      ${groupOffset(sql, offsetIn(sql))} as offset,
      spread_seconds is not null as is_spread,
      ${groupEnd(sql, offsetIn(sql))},
      count(*)::integer as count,
      now() as now
    from task
    where service_id = ${serviceId}
      and deleted_at is null
      ${hasLabels(sql, serviceId, sql`task.id`, labels)}
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11`
}

/** Reads the calendars of the tasks of groups. */
export const readGroupCalendars = (
  sql: Sql,
  serviceId: string,
  groups: readonly Pick<TaskGroup, 'calendar_use'>[],
): Promise<CalendarUses> =>
  readCalendarUses(
    sql,
    groups.map(({ calendar_use }) => ({ service_id: serviceId, calendar_use })),
  )

/** SQL for `at` of the group of a row of `task`. @param start SQL for when the task starts next */
export const groupTime = (sql: Sql, start: Fragment, now: Fragment = sql`now()`) => sql`
  case
    when task.status = 'active' and not task.once_running and ${start} < ${now} + interval '25 hours'
      then date_bin(
        case
          when task.cron is not null or (task.unit = 'minute' and task.frequency % 15 > 0) or ${start} < ${now} then interval '1 minute'
          else interval '15 minutes'
        end,
        ${assumedStartIn(sql, start, now)},
        timestamptz '2000-01-01 00:00+00'
      )
  end`

/** SQL for `ends_at` and `runs_left` of the group of a row of `task`. @param offset SQL for its `spread_offset` */
export const groupEnd = (sql: Sql, offset: Fragment) => sql`
  ${groupEndsAt(sql, offset)} as ends_at,
  ${groupRunsLeft(sql)} as runs_left`

/** SQL for `ends_at` of the group of a row of `task`. @param offset SQL for its `spread_offset` */
export const groupEndsAt = (sql: Sql, offset: Fragment, now: Fragment = sql`now()`) =>
  sql`case when task.ends_at < ${now} + interval '25 hours' then task.ends_at + make_interval(secs => ${offset}) end`

/** SQL for `runs_left` of the group of a row of `task`. */
export const groupRunsLeft = (sql: Sql) => sql`case when task.runs_left < 1440 then task.runs_left end`

/** SQL for `offset` of the group of a row of `task`. @param offset SQL for its `spread_offset` */
export const groupOffset = (sql: Sql, offset: Fragment) =>
  sql`case when task.cron is not null then ${offset} / 60 * 60 else 0 end`

import type { Fragment, Sql } from '../database/sql.ts'
import { calendarUseIn } from '../transitions/calendar-use.ts'
import { offsetIn } from '../transitions/spread.ts'
import { groupEndsAt, groupOffset, groupRunsLeft, groupTime, type TaskGroup } from './queries.ts'

/**
 * SQL for `from` and `where` of the tasks of groups. The groups are compared as text: by columns that may be null the tables would be
 * compared row by row.
 * @param now the database's time when the groups were read
 */
export const membersOf = (sql: Sql, serviceId: string, groups: readonly TaskGroup[], now: string): Fragment => sql`
  from (
    select row(
      frequency, unit, cron, time_zone, calendar_use, at, "offset", is_spread, ends_at, runs_left
    )::text as key
    from jsonb_to_recordset(${sql.json(groups as never)}) as listed (
      frequency integer, unit text, cron text, time_zone text, calendar_use text, at timestamptz, "offset" integer,
      is_spread boolean, ends_at timestamptz, runs_left integer
    )
  ) chosen
  join task
    on task.service_id = ${serviceId}
    and chosen.key = row(
      task.frequency, task.unit, task.cron, task.time_zone, ${calendarUseIn(sql)},
      ${groupTime(sql, sql`task.scheduled_at`, sql`${now}::timestamptz`)}, ${groupOffset(sql, offsetIn(sql))},
      task.spread_seconds is not null, ${groupEndsAt(sql, offsetIn(sql), sql`${now}::timestamptz`)}, ${groupRunsLeft(sql)}
    )::text
  where task.deleted_at is null
    and task.status = 'active'`

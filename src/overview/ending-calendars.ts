import type { Sql } from '../database/sql.ts'
import type { Overview } from './model.ts'

/** How many days before the last day of a calendar the overview begins to warn. */
const warnedDays = 30

/**
 * Lists the calendars that tasks use and that list no day after the coming 30. A list of days that comes to its end does so without
 * a fault: from then on tasks run on days that should be closed. A calendar that lists no days at all, only a weekend, does not end.
 */
export async function listEndingCalendars(sql: Sql, serviceId: string): Promise<Overview['ending_calendars']> {
  return sql<Overview['ending_calendars'][number][]>`
    /* duly:list_ending_calendars */
    select calendar.name, last.day::text as last_day, used.count as tasks
    from calendar
    cross join lateral (
      select max(calendar_day.day) as day
      from calendar_day
      where calendar_day.service_id = calendar.service_id
        and calendar_day.name = calendar.name
    ) last
    cross join lateral (
      select count(*)::integer as count
      from task
      where task.service_id = calendar.service_id
        and task.calendar = calendar.name
    ) used
    where calendar.service_id = ${serviceId}
      and last.day < (now() at time zone 'UTC')::date + ${warnedDays}::integer
      and used.count > 0
    order by calendar.name`
}

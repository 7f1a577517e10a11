import { lastDay, taskCount } from '../calendars/queries.ts'
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
    select name, last_day::text as last_day, tasks
    from (
      select calendar.name, ${lastDay(sql)} as last_day, ${taskCount(sql)} as tasks
      from calendar
      where calendar.service_id = ${serviceId}
    ) listed
    where last_day < (now() at time zone 'UTC')::date + ${warnedDays}::integer
      and tasks > 0
    order by name`
}

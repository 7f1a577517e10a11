import { type Static, Type } from '@sinclair/typebox'
import {
  type BatchRow,
  type BatchStart,
  batchLimit,
  boundedBatch,
  type CountedBatch,
  selectBatch,
  toBatch,
} from '../database/bounded-batch.ts'
import { rfc3339 } from '../database/rfc3339.ts'
import type { Fragment, Sql } from '../database/sql.ts'
import { type WholeCalendar, weekdayNames } from './model.ts'

/** SQL for the last day that a row named `calendar` lists; null for none. */
export const lastDay = (sql: Sql): Fragment => sql`
  (
    select max(day)
    from calendar_day
    where calendar_day.service_id = calendar.service_id
      and calendar_day.name = calendar.name
  )`

/** SQL for how many tasks use a row named `calendar`. */
export const taskCount = (sql: Sql): Fragment => sql`
  (
    select count(*)::integer
    from task
    where task.service_id = calendar.service_id
      and task.calendar = calendar.name
  )`

/** SQL for the columns that a list returns, of a row named `calendar`. */
const listedColumns = (sql: Sql): Fragment => sql`
  calendar.name,
  (
    select coalesce(array_agg((${[...weekdayNames]}::text[])[weekday + 1] order by weekday), '{}')
    from unnest(calendar.weekend) weekday
  ) as weekend,
  ${lastDay(sql)}::text as last_day,
  (
    select count(*)::integer
    from calendar_day
    where calendar_day.service_id = calendar.service_id
      and calendar_day.name = calendar.name
  ) as day_count,
  ${taskCount(sql)} as task_count,
  calendar.created_at, calendar.updated_at`

/** SQL for the days of a row named `calendar`, as JSON. */
export const daysOf = (sql: Sql): Fragment => sql`
  (
    select coalesce(jsonb_agg(jsonb_build_object('day', day, 'kind', kind, 'note', note) order by day), '[]')
    from calendar_day
    where calendar_day.service_id = calendar.service_id
      and calendar_day.name = calendar.name
  )`

/** Schema of the position of a calendar in the list. */
export const calendarPosition = Type.Object({ name: Type.String() })

type CalendarPosition = Static<typeof calendarPosition>

/** Reads a batch of the calendars of a service, by name, as JSON. */
export async function listBatch(
  sql: Sql,
  serviceId: string,
  start: BatchStart<CalendarPosition>,
): Promise<CountedBatch<CalendarPosition>> {
  const { last } = start
  const time = (name: string) => sql`${rfc3339(sql, sql`batch.${sql(name)}`)} as ${sql(name)}`
  const [row] = await sql<[BatchRow<CalendarPosition>]>`
    /* duly:list_calendars */
    with matched as materialized (
      select ${listedColumns(sql)}
      from calendar
      where service_id = ${serviceId}
        ${last === undefined ? sql`` : sql`and name > ${last.name}`}
      order by name
      ${batchLimit(sql, start)}
    ), ${boundedBatch(sql, sql`1000`, start)}
    ${selectBatch(
      sql,
      sql`batch.name, batch.weekend, batch.last_day, batch.day_count, batch.task_count, ${time('created_at')}, ${time('updated_at')}`,
      ['name'],
    )}`
  return toBatch(row)
}

/** Returns a calendar with its days; undefined when the service has none of this name. */
export async function findCalendar(sql: Sql, serviceId: string, name: string): Promise<WholeCalendar | undefined> {
  const [row] = await sql<WholeCalendar[]>`
    /* duly:find_calendar */
    select ${listedColumns(sql)}, ${daysOf(sql)} as days
    from calendar
    where service_id = ${serviceId}
      and name = ${name}`
  return row
}

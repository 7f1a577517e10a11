import { auditing } from '../audit/entry.ts'
import { inTransaction } from '../database/in-transaction.ts'
import type { Fragment, Sql } from '../database/sql.ts'
import type { Caller } from '../http/caller.ts'
import type { CalendarDay } from '../schedule/calendar.ts'
import { maxCalendars, type WholeCalendar } from './model.ts'
import { daysOf, findCalendar } from './queries.ts'

/** A calendar to be stored. */
export interface NewCalendar {
  readonly name: string
  /** Closed weekdays: 0 is Sunday. In ascending order. */
  readonly weekend: readonly number[]
  /** In ascending order. */
  readonly days: readonly CalendarDay[]
}

/** How many of the days that have changed an audit entry lists. */
const auditedDays = 100

/** SQL for what the audit shows of a calendar: its weekend, how many days it lists, and those that the other one does not list so. */
const shown = (sql: Sql, weekend: Fragment, days: Fragment, others: Fragment): Fragment => sql`
  jsonb_build_object(
    'weekend', ${weekend}, 'day_count', jsonb_array_length(${days}),
    'days', (
      select coalesce(jsonb_agg(one order by one ->> 'day'), '[]')
      from (
        select one
        from jsonb_array_elements(${days}) one
        where not coalesce(${others}, '[]') @> jsonb_build_array(one)
        order by one ->> 'day'
        limit ${auditedDays}::integer
      ) changed
    )
  )`

/** Runs a statement while no other request sets a calendar of the service. */
const oneByOne = <T>(sql: Sql, serviceId: string, write: (sql: Sql) => Promise<T>): Promise<T> =>
  inTransaction(sql, 'read write', async (own) => {
    await own`/* duly:lock_calendars */ select pg_advisory_xact_lock(hashtextextended('duly calendar ' || ${serviceId}::uuid, 0))`
    return write(own)
  })

/**
 * Sets a calendar, and creates it if there is none. One that is as given already is not changed.
 * @returns the calendar, and whether it is new; undefined when the service has as many as it may have, and none of this name
 */
export async function putCalendar(
  sql: Sql,
  caller: Caller,
  { name, weekend, days }: NewCalendar,
): Promise<{ calendar: WholeCalendar; isNew: boolean } | undefined> {
  const { serviceId } = caller
  return oneByOne(sql, serviceId, async (own) => {
    const [row] = await own<{ is_new: boolean }[]>`
      /* duly:put_calendar */
      with before as materialized (
        select calendar.weekend, ${daysOf(own)} as days
        from calendar
        where service_id = ${serviceId}
          and name = ${name}
      ), given as materialized (
        select day, kind, note
        from jsonb_to_recordset(${own.json(days as never)}) as given (day date, kind text, note text)
      ), after as materialized (
        select coalesce(jsonb_agg(jsonb_build_object('day', day, 'kind', kind, 'note', note) order by day), '[]') as days
        from given
      ), written as (
        insert into calendar (service_id, name, weekend)
        select ${serviceId}, ${name}, ${weekend as number[]}::smallint[]
        where exists (select from before)
          or (select count(*) from calendar where service_id = ${serviceId}) < ${maxCalendars}::integer
        on conflict on constraint calendar_pkey do update
        set weekend = excluded.weekend,
            version = gen_random_uuid(),
            updated_at = now()
        where calendar.weekend <> excluded.weekend
          or (select days from before) is distinct from (select days from after)
        returning *
      ), removed as (
        delete from calendar_day
        using written
        where calendar_day.service_id = written.service_id
          and calendar_day.name = written.name
          and calendar_day.day not in (select day from given)
      ), put as (
        insert into calendar_day (service_id, name, day, kind, note)
        select written.service_id, written.name, given.day, given.kind, given.note
        from written
        cross join given
        on conflict on constraint calendar_day_pkey do update
        set kind = excluded.kind,
            note = excluded.note
        where (calendar_day.kind, calendar_day.note) is distinct from (excluded.kind, excluded.note)
      ), audited as (
        ${auditing(
          own,
          caller.actor(),
          own`
            select
              written.service_id, null::uuid, written.name, 'calendar_set',
              (select ${shown(own, own`before.weekend`, own`before.days`, own`after.days`)} from before),
              ${shown(own, own`written.weekend`, own`after.days`, own`(select days from before)`)}, '{}'::text[]
            from written
            cross join after`,
        )}
      )
      select not exists (select from before) as is_new
      where exists (select from before)
        or exists (select from written)`
    // No other request deletes it before the transaction ends.
    const calendar = row && (await findCalendar(own, serviceId, name))
    return row && calendar && { calendar, isNew: row.is_new }
  })
}

/** Deletes a calendar. @returns false when there is no such calendar */
export async function deleteCalendar(sql: Sql, caller: Caller, name: string): Promise<boolean> {
  const { serviceId } = caller
  const { count } = await oneByOne(
    sql,
    serviceId,
    async (own) =>
      await own`
      /* duly:delete_calendar */
      with before as materialized (
        select service_id, name, weekend, ${daysOf(own)} as days
        from calendar
        where service_id = ${serviceId}
          and name = ${name}
      ), audited as (
        ${auditing(
          own,
          caller.actor(),
          own`
            select
              service_id, null::uuid, name, 'calendar_deleted',
              ${shown(own, own`before.weekend`, own`before.days`, own`null::jsonb`)}, null::jsonb, '{}'::text[]
            from before`,
        )}
      )
      delete from calendar
      where service_id = ${serviceId}
        and name = ${name}`,
  )
  return count > 0
}

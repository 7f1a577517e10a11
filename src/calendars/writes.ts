import { auditing } from '../audit/entry.ts'
import { inTransaction } from '../database/in-transaction.ts'
import type { Fragment, Sql } from '../database/sql.ts'
import type { Caller } from '../http/caller.ts'
import { ApiError } from '../http/errors.ts'
import { type Deletion, deletionColumns, usersNamed } from '../http/in-use.ts'
import type { CalendarDay } from '../schedule/calendar.ts'
import { type Recount, recountCalendar } from '../transitions/recount-calendar.ts'
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

/** A calendar that was set, and what became of its tasks. */
export interface SetResult extends Pick<Recount, 'moved_tasks'> {
  readonly calendar: WholeCalendar
  readonly isNew: boolean
}

/** Ends a transaction without its changes, and carries what they would have led to. */
class DryRun extends Error {
  constructor(readonly result: SetResult) {
    super('dry run')
  }
}

/**
 * Sets a calendar, and creates it if there is none. One that is as given already is not changed.
 * The next slots of its tasks are computed again in the same transaction: no claim goes by the former days afterwards.
 * @param isDryRun whether to change nothing, and to tell what would become of the tasks
 * @returns undefined when the service has as many calendars as it may have, and none of this name
 * @throws ApiError 409 for days that leave no slot to one of its tasks
 */
export async function putCalendar(
  sql: Sql,
  caller: Caller,
  given: NewCalendar,
  isDryRun: boolean,
): Promise<SetResult | undefined> {
  try {
    return await oneByOne(sql, caller.serviceId, async (own) => {
      const result = await putAndRecount(own, caller, given)
      if (isDryRun && result) throw new DryRun(result)
      return result
    })
  } catch (error) {
    if (error instanceof DryRun) return error.result
    throw error
  }
}

async function putAndRecount(
  own: Sql,
  caller: Caller,
  { name, weekend, days }: NewCalendar,
): Promise<SetResult | undefined> {
  const { serviceId } = caller
  const [row] = await own<{ is_new: boolean; version: string | null }[]>`
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
            version = excluded.version,
            updated_at = excluded.updated_at
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
      select not exists (select from before) as is_new, (select version from written) as version
      where exists (select from before)
        or exists (select from written)`
  if (!row) return undefined
  const { is_new: isNew, version } = row
  const { moved_tasks, without_slot: task } =
    version === null ? { moved_tasks: 0 } : await recountCalendar(own, serviceId, name, { version, weekend, days })
  if (task !== undefined)
    throw new ApiError(
      'calendar_leaves_no_slot',
      `With these days the task ${task.slice(0, 60)} has no slot in the next 50 years. Nothing was changed: set fewer closed days, or give the task another cron, calendar_rule or calendar first.`,
    )
  // No other request deletes it before the transaction ends.
  const calendar = await findCalendar(own, serviceId, name)
  return calendar && { calendar, isNew, moved_tasks }
}

/**
 * Deletes a calendar that no task uses.
 * @returns whether it was deleted, and the tasks that use it; undefined when there is no such calendar
 */
export async function deleteCalendar(sql: Sql, caller: Caller, name: string): Promise<Deletion | undefined> {
  const { serviceId } = caller
  return oneByOne(sql, serviceId, async (own) => {
    // Tasks that are being created with it end first: their trigger holds the row.
    await own`
      /* duly:lock_calendar */
      select from calendar where service_id = ${serviceId} and name = ${name} for update`
    const [row] = await own<Deletion[]>`
      /* duly:delete_calendar */
      with before as materialized (
        select service_id, name, weekend, ${daysOf(own)} as days
        from calendar
        where service_id = ${serviceId}
          and name = ${name}
      ), used as materialized (
        select id, name
        from task
        where service_id = ${serviceId}
          and calendar = ${name}
      ), users as (
        select id, name
        from used
        order by name, id
        limit ${usersNamed}
      ), deleted as (
        delete from calendar
        using before
        where calendar.service_id = before.service_id
          and calendar.name = before.name
          and not exists (select from used)
        returning 1
      ), audited as (
        ${auditing(
          own,
          caller.actor(),
          own`
            select
              service_id, null::uuid, name, 'calendar_deleted',
              ${shown(own, own`before.weekend`, own`before.days`, own`null::jsonb`)}, null::jsonb, '{}'::text[]
            from before
            where exists (select from deleted)`,
        )}
      )
      select
        ${deletionColumns(own)}
      from before`
    return row
  })
}

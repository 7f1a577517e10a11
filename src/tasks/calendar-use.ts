import type { Sql } from '../database/sql.ts'
import type { FieldError } from '../formats/field-error.ts'
import { invalid } from '../http/errors.ts'
import type { CalendarRule, CalendarUse } from '../schedule/calendar.ts'
import { cronNext } from '../schedule/cron-next.ts'
import { calendarUse, readCalendarUses } from '../transitions/calendar-use.ts'

/** The fields of a task that say which calendar it keeps to. */
export interface CalendarFields {
  readonly calendar?: string | null
  readonly calendar_rule?: CalendarRule
}

/** The calendar of a task as it is now. */
export interface FoundUse {
  /** As it is stored with the next slot: see `task.calendar_use`. */
  readonly calendar_use: string
  /** Undefined for a task without a calendar. */
  readonly use: CalendarUse | undefined
}

const noCalendar: FoundUse = { calendar_use: '', use: undefined }

/** How often a calendar may change while next slots are computed by it. */
const maxTries = 20

/**
 * Finds the calendars that tasks name. Tasks without one cost no statement.
 * @returns what gives the calendar of each task; undefined for one that the service does not have
 */
export async function findCalendarUses(
  sql: Sql,
  serviceId: string,
  tasks: readonly CalendarFields[],
): Promise<(task: CalendarFields) => FoundUse | undefined> {
  const names = [...new Set(tasks.flatMap(({ calendar }) => calendar ?? []))]
  if (names.length === 0) return () => noCalendar
  for (let tries = 1; ; tries++) {
    const rows = await sql<{ name: string; version: string }[]>`
      /* duly:find_calendar_versions */
      select name, version
      from calendar
      where service_id = ${serviceId}
        and name = any(${names}::text[])`
    const found = rows.map(({ name, version }) => ({
      name,
      version,
      service_id: serviceId,
      calendar_use: calendarUse(version, 'skip'),
    }))
    const uses = await readCalendarUses(sql, found)
    // One of them has changed between the two statements.
    if (tries < maxTries && found.some(({ calendar_use }) => !uses.has(calendar_use))) continue
    const versions = new Map(found.map(({ name, version }) => [name, version]))
    return ({ calendar, calendar_rule = 'skip' }) => {
      if (!calendar) return noCalendar
      const version = versions.get(calendar)
      if (version === undefined) return undefined
      const text = calendarUse(version, calendar_rule)
      return { calendar_use: text, use: uses.get(text) }
    }
  }
}

/**
 * Finds the calendar of one task.
 * @throws ApiError 400 for a calendar that the service does not have
 */
export async function findCalendarUse(sql: Sql, serviceId: string, task: CalendarFields): Promise<FoundUse> {
  const found = (await findCalendarUses(sql, serviceId, [task]))(task)
  if (!found) throw invalid([unknownCalendar(task.calendar as string)])
  return found
}

/** Reports whether two tasks have the same slots of one pattern, as far as their calendars decide it. */
export const hasSameCalendar = (one: Required<CalendarFields>, other: Required<CalendarFields>): boolean =>
  one.calendar === other.calendar && (one.calendar === null || one.calendar_rule === other.calendar_rule)

/**
 * Runs what computes next slots and writes them. If a calendar was changed before they were written, the database has refused
 * them (see the trigger task_check_calendar), and it is run again.
 */
export async function withCurrentCalendars<T>(run: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++)
    try {
      return await run()
    } catch (error) {
      if (!hasCalendarChanged(error) || tries === maxTries) throw error
    }
}

/** Reports whether the database has refused a next slot because its calendar has changed since it was computed. */
export const hasCalendarChanged = (error: unknown): boolean => (error as { code?: string } | null)?.code === 'DU001'

/**
 * Checks that calendars exist, and leave slots to the tasks with cron schedules that name them.
 * @param pathOf returns the path of a task in errors, by its index
 */
export async function checkCalendars(
  sql: Sql,
  serviceId: string,
  tasks: readonly (CalendarFields & { readonly cron: string | null; readonly time_zone: string | null })[],
  pathOf: (index: number) => string,
): Promise<FieldError[]> {
  const useOf = await findCalendarUses(sql, serviceId, tasks)
  const now = Date.now()
  return tasks.flatMap((task, index) => {
    const found = useOf(task)
    const under = (error: FieldError) => ({ ...error, path: `${pathOf(index)}${error.path}` })
    if (!found) return [under(unknownCalendar(task.calendar as string))]
    if (!found.use || task.cron === null) return []
    return cronNext(task.cron, task.time_zone ?? 'UTC', now, found.use) === undefined ? [under(noSlotLeft(task))] : []
  })
}

/** The error of a calendar that the service does not have. */
export const unknownCalendar = (name: string): FieldError => ({
  path: '/calendar',
  message: `names the calendar ${name}, which does not exist: set it first, with PUT /calendars/${name}`,
})

/** The error of a calendar that leaves no slot of a pattern. */
export const noSlotLeft = ({ calendar, calendar_rule = 'skip' }: CalendarFields): FieldError => ({
  path: '/calendar',
  message: `leaves no slot of cron in the next 50 years: by the rule ${calendar_rule} the calendar ${calendar} leaves out all of them; give another calendar_rule or another cron`,
})

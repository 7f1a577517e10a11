import { LRUCache } from 'lru-cache'
import type { Fragment, Sql } from '../database/sql.ts'
import { Calendar, type CalendarDay, type CalendarRule, type CalendarUse } from '../schedule/calendar.ts'

/** Returns `task.calendar_use` of a task with this rule. @param version of its calendar */
export const calendarUse = (version: string, rule: CalendarRule): string => `${version} ${rule}`

/** SQL for `calendar_use` of a row of `task`; empty for none, which is stored as null. */
export const calendarUseIn = (sql: Sql): Fragment => sql`coalesce(task.calendar_use, '')`

/** SQL for `calendar_use` as it is stored. @param use SQL for it, empty for none */
export const storedUse = (sql: Sql, use: Fragment): Fragment => sql`nullif(${use}, '')`

/** Calendars with their rules, by `task.calendar_use`. */
export class CalendarUses {
  constructor(readonly calendars: ReadonlyMap<string, Calendar>) {}

  /** Reports whether the calendar is as it was when a next slot was computed by it. */
  has(use: string): boolean {
    return use === '' || this.calendars.has(versionOf(use))
  }

  /**
   * Returns a calendar with a rule; undefined for a task without a calendar.
   * @throws RangeError for a calendar that has changed, see `has`
   */
  get(use: string): CalendarUse | undefined {
    if (use === '') return undefined
    const calendar = this.calendars.get(versionOf(use))
    if (!calendar) throw new RangeError('its calendar has changed; its next slot is computed again')
    return { calendar, rule: use.slice(versionOf(use).length + 1) as CalendarRule }
  }
}

const versionOf = (use: string) => use.split(' ', 1)[0] as string

/**
 * SQL for a CTE that locks calendars, so that they stay as they are until the statement ends, and for a condition that makes it
 * run before tasks are locked; both are empty where no task has a calendar. Whoever changes a calendar locks it first and then its
 * tasks, so a statement in the other order could deadlock with it.
 * @param uses `calendar_use` of the tasks
 */
export function lockingCalendars(sql: Sql, serviceId: string, uses: readonly string[]) {
  const versions = [...new Set(uses.filter((use) => use !== '').map(versionOf))]
  if (versions.length === 0) return { locking: sql``, isLocked: sql`` }
  return {
    locking: sql`
      locked_calendar as materialized (
        select
        from calendar
        where service_id = ${serviceId}
          and version = any(${versions}::uuid[])
        order by name
        for share
      ),`,
    isLocked: sql`and (select count(*) from locked_calendar) >= 0`,
  }
}

/** How many days of calendars are held, over all calendars. */
const heldDays = 500_000

/** Calendars by their versions, which differ between calendars. */
const held = new LRUCache<string, Calendar>({ maxSize: heldDays })

/**
 * Reads the calendars of tasks. The days of a version are read once; tasks without a calendar cost no statement.
 * @param tasks with `calendar_use` of each
 */
export async function readCalendarUses(
  sql: Sql,
  tasks: Iterable<{ readonly service_id: string; readonly calendar_use: string }>,
): Promise<CalendarUses> {
  const wanted = new Map<string, string>()
  for (const { service_id, calendar_use } of tasks)
    if (calendar_use !== '') wanted.set(versionOf(calendar_use), service_id)
  const calendars = new Map<string, Calendar>()
  for (const version of wanted.keys()) {
    const calendar = held.get(version)
    if (calendar) calendars.set(version, calendar)
  }
  const missing = [...wanted].filter(([version]) => !calendars.has(version))
  if (missing.length === 0) return new CalendarUses(calendars)
  const rows = await sql<StoredCalendar[]>`
    /* duly:read_calendars */
    select
      calendar.version, calendar.weekend,
      (
        select coalesce(jsonb_agg(jsonb_build_object('day', day, 'kind', kind, 'note', note)), '[]')
        from calendar_day
        where calendar_day.service_id = calendar.service_id
          and calendar_day.name = calendar.name
      ) as days
    from unnest(
      ${missing.map(([, serviceId]) => serviceId)}::uuid[],
      ${missing.map(([version]) => version)}::uuid[]
    ) as wanted (service_id, version)
    join calendar using (service_id, version)`
  for (const row of rows) calendars.set(row.version, hold(row))
  return new CalendarUses(calendars)
}

/** A calendar as it is stored. */
export interface StoredCalendar {
  readonly version: string
  /** Closed weekdays: 0 is Sunday. */
  readonly weekend: readonly number[]
  readonly days: readonly CalendarDay[]
}

/** Returns the calendar of a row, and holds it for the next time. */
export function hold({ version, weekend, days }: StoredCalendar): Calendar {
  const calendar = held.get(version) ?? new Calendar(weekend, days)
  held.set(version, calendar, { size: 1 + days.length })
  return calendar
}

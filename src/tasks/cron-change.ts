import type { Fragment, Sql } from '../database/sql.ts'
import { invalid } from '../http/errors.ts'
import { cronNext } from '../schedule/cron-next.ts'
import { kindOf } from '../schedule/kind.ts'
import { sameTimes } from '../schedule/same-times.ts'
import { calendarUseIn } from '../transitions/calendar-use.ts'
import { findCalendarUse, hasSameCalendar, noSlotLeft } from './calendar-use.ts'
import type { TaskChange } from './change.ts'
import type { StoredSchedule } from './queries.ts'
import { checkReadable } from './readable.ts'
import { calendarOnlyForCron, onlyForCron } from './schedule-input.ts'

/** Whether a change may need the next time of a cron pattern, which SQL cannot compute. */
export function needsCronTime(change: TaskChange): boolean {
  const { cron, time_zone, calendar, calendar_rule, scheduled_at, status, ends_at, max_runs } = change
  if (kindOf(change) === 'interval' || cron === null) return false
  if ([cron, time_zone, calendar, calendar_rule].some((value) => value !== undefined) || scheduled_at === null)
    return true
  // A task that has ended has no next time: if it is to go on, that is counted from now.
  return ends_at !== undefined || max_runs !== undefined || status === 'active'
}

/** Returns a change to a schedule without cron with the calendar, which only cron has, taken away. */
export const withoutCalendar = (change: TaskChange): TaskChange =>
  kindOf(change) === 'interval' || change.cron === null ? { calendar_rule: 'skip', ...change, calendar: null } : change

/** The calendar of a change that takes the calendar away without a cron schedule; undefined for any other. */
export const noUse = ({ calendar, cron }: TaskChange) => (calendar === null && (cron ?? null) === null ? '' : undefined)

/** SQL for a condition that the stored schedule of a row of `task` is the one that a change was computed from; empty for any. */
export const seesSchedule = (sql: Sql, seen: CronChange['seen']): Fragment =>
  seen === undefined
    ? sql``
    : sql`
      and (cron, time_zone, ${calendarUseIn(sql)})
        is not distinct from (${seen.cron}::text, ${seen.time_zone}::text, ${seen.calendar_use}::text)`

/** Whether a change gives all that the times of a cron schedule depend on. */
export const isWholeSchedule = ({ cron, time_zone, calendar, calendar_rule }: TaskChange) =>
  [cron, time_zone, calendar, calendar_rule].every((value) => value !== undefined)

/** What an update of a cron schedule needs besides the change. */
export interface CronChange {
  /** The next time of the new pattern, as RFC 3339; undefined when there is none. */
  readonly nextAt?: string | undefined
  /** Whether the new pattern and zone have the same times as the stored ones, by the same calendar. */
  readonly keepsTimes?: boolean
  /** Whether the slots are counted anew because the calendar or its rule is another one. */
  readonly countsAnew?: boolean
  /** The calendar by which the next time was computed, as it is stored with it; undefined if no time was computed. */
  readonly calendarUse?: string | undefined
  /** The stored schedule that this was computed from. The update applies only if it is unchanged. */
  readonly seen?: Pick<StoredSchedule, 'cron' | 'time_zone' | 'calendar_use'> | undefined
}

/**
 * Completes a change with the stored `cron` or `time_zone`, and computes the next time of the pattern.
 * @throws ApiError 400 for a `time_zone` or a `calendar` without `cron`, a calendar that does not exist, and one that leaves no slot;
 * for a stored pattern or zone that cannot be read here
 */
export async function resolveCron(
  sql: Sql,
  serviceId: string,
  change: TaskChange,
  stored: StoredSchedule,
): Promise<{ change: TaskChange } & CronChange> {
  const { cron = stored.cron, time_zone = stored.time_zone, ...rest } = change
  if (cron === null) {
    if (change.time_zone) throw invalid([onlyForCron])
    if (change.calendar) throw invalid([calendarOnlyForCron])
    return { change: rest }
  }
  const schedule = { cron, time_zone: time_zone ?? 'UTC' }
  checkReadable(schedule)
  const { calendar = stored.calendar, calendar_rule = stored.calendar_rule } = change
  const found = await findCalendarUse(sql, serviceId, { calendar, calendar_rule })
  const now = Date.parse(stored.now)
  const next = cronNext(cron, schedule.time_zone, now, found.use)
  if (found.use && next === undefined && !change.scheduled_at) throw invalid([noSlotLeft({ calendar, calendar_rule })])
  const isSameCalendar = hasSameCalendar({ calendar, calendar_rule }, stored)
  const before = stored.cron !== null && stored.time_zone !== null && { cron: stored.cron, time_zone: stored.time_zone }
  return {
    change: { ...change, ...schedule },
    keepsTimes: before !== false && isSameCalendar && sameTimes(before, schedule, now),
    countsAnew: stored.cron !== null && !isSameCalendar,
    calendarUse: found.calendar_use,
    ...(next === undefined ? {} : { nextAt: new Date(next).toISOString() }),
  }
}

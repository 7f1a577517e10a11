import type { FieldError } from '../formats/field-error.ts'
import { cronProblem } from '../schedule/check-cron.ts'
import { cronNext } from '../schedule/cron-next.ts'
import { kindOf } from '../schedule/kind.ts'
import { normalText } from '../schedule/nicknames.ts'
import { tenYears, type Unit } from '../schedule/unit.ts'
import { findTimeZone } from '../schedule/zone.ts'
import { checkSpread } from './spread.ts'

/** The schedule fields of a request. */
export interface ScheduleFields {
  readonly scheduled_at?: string | null
  readonly frequency?: number | null
  readonly unit?: Unit | null
  readonly cron?: string | null
  readonly time_zone?: string | null
  readonly calendar?: string | null
  readonly spread_seconds?: number
  readonly ends_at?: string | null
  readonly max_runs?: number | null
}

/**
 * Returns the fields with `cron` as it is stored (single spaces, five fields for a nickname), and `time_zone` in its official spelling. Invalid values are returned
 * unchanged; `checkScheduleChange` reports them.
 */
export function normalCron<T extends ScheduleFields>(fields: T): T {
  const { cron, time_zone } = fields
  return {
    ...fields,
    ...(cron ? { cron: normalText(cron) } : {}),
    ...(time_zone ? { time_zone: findTimeZone(time_zone) ?? time_zone } : {}),
  }
}

/** Checks a complete schedule. It must be of one kind, have all fields of that kind, and an interval of at most ten years. */
export function checkSchedule(schedule: ScheduleFields): FieldError[] {
  const errors = checkKind(schedule)
  return errors.length > 0 ? errors : checkSpread(schedule, Date.now())
}

/** Checks that a schedule is of one kind and has all fields of that kind. */
function checkKind(schedule: ScheduleFields): FieldError[] {
  const errors = checkScheduleChange(schedule)
  const kind = kindOf(schedule)
  if (errors.length > 0 || kind === 'cron') return errors
  if (isSet(schedule.time_zone)) return [onlyForCron]
  if (isSet(schedule.calendar)) return [calendarOnlyForCron]
  return kind === 'interval' ? checkInterval(schedule) : [...checkOnce(schedule), ...checkNoEnd(schedule)]
}

/** Checks that an interval has both its fields. */
function checkInterval({ frequency, unit }: ScheduleFields): FieldError[] {
  if (!isSet(unit)) return [{ path: '/unit', message: 'is required with frequency', code: 'required' }]
  return isSet(frequency) ? [] : [{ path: '/frequency', message: 'is required with unit', code: 'required' }]
}

/** Checks that a run-once task has its time. */
function checkOnce({ scheduled_at }: ScheduleFields): FieldError[] {
  if (isSet(scheduled_at)) return []
  const message = 'is required, with unit; or give cron, or scheduled_at alone for a task that runs once'
  return [{ path: '/frequency', message, code: 'required' }]
}

/** Checks that a task that runs once has nothing that ends one that repeats. */
export function checkNoEnd(fields: ScheduleFields): FieldError[] {
  return (['ends_at', 'max_runs'] as const)
    .filter((name) => isSet(fields[name]))
    .map((name) => ({
      path: `/${name}`,
      message: 'is only for a task that repeats: leave it out, or give frequency with unit, or cron',
    }))
}

/** Checks the schedule fields of an update. Finds only errors that do not depend on the stored schedule. */
export function checkScheduleChange(change: ScheduleFields): FieldError[] {
  const { frequency, unit, cron, time_zone } = change
  const every = isSet(frequency) ? 'frequency' : isSet(unit) ? 'unit' : undefined
  if (isSet(cron) && every)
    return [
      {
        path: '/cron',
        message: `cannot stand beside ${every}: a task has cron with time_zone, or frequency with unit, or neither and runs once`,
      },
    ]
  if (isSet(time_zone) && (every || cron === null)) return [onlyForCron]
  if (isSet(change.calendar) && (every || cron === null)) return [calendarOnlyForCron]
  return [...checkFrequency(frequency, unit), ...checkCron(change), ...checkTimeZone(time_zone)]
}

/** The error for a `time_zone` without `cron`. */
export const onlyForCron: FieldError = {
  path: '/time_zone',
  message: 'is only for a task with cron: leave it out, or send cron with it',
}

/** The error for a `calendar` without `cron`. */
export const calendarOnlyForCron: FieldError = {
  path: '/calendar',
  message:
    'is only for a task with cron: give cron instead of an interval, such as 0 9 * * * for each day at 9, or leave it out',
}

/** Checks that an interval is not longer than ten years. */
function checkFrequency(frequency: number | null | undefined, unit: Unit | null | undefined): FieldError[] {
  if (!frequency || !unit || frequency <= tenYears[unit]) return []
  return [{ path: '/frequency', message: `must be at most ${tenYears[unit]} with unit ${unit}: ten years` }]
}

/** Checks that a pattern is valid and comes due at some time. */
function checkCron({ cron, time_zone, scheduled_at }: ScheduleFields): FieldError[] {
  if (!isSet(cron)) return []
  const now = Date.now()
  const problem = cronProblem(cron, now)
  if (problem !== undefined) return [{ path: '/cron', message: problem }]
  // With scheduled_at the task runs at least once, even if its pattern never comes due.
  if (!isSet(time_zone) || isSet(scheduled_at)) return []
  const zone = findTimeZone(time_zone)
  if (zone === undefined || cronNext(cron, zone, now) !== undefined) return []
  return [
    {
      path: '/cron',
      message: `must come due at some time, but in ${zone} a clock change skips its hours on every day that it names`,
    },
  ]
}

/** Checks that a time zone is known. */
function checkTimeZone(name: string | null | undefined): FieldError[] {
  if (!isSet(name) || findTimeZone(name) !== undefined) return []
  const shown = JSON.stringify(name.slice(0, 64))
  return [
    {
      path: '/time_zone',
      message: `must be the IANA name of a time zone, such as Europe/Berlin or UTC; ${shown} is none`,
    },
  ]
}

const isSet = <T>(value: T | null | undefined): value is T => value !== null && value !== undefined

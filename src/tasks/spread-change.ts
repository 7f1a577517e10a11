import { invalid } from '../http/errors.ts'
import { kindOf } from '../schedule/kind.ts'
import type { TaskChange } from './change.ts'
import type { StoredSchedule } from './queries.ts'
import { checkReadable } from './readable.ts'
import { checkSpread, type SpreadFields } from './spread.ts'

/** Whether an update may need the stored schedule to check the spread by: it changes the spread, or what it is compared with. */
export function needsSpreadCheck({ spread_seconds, frequency, unit, cron, time_zone }: TaskChange): boolean {
  if (spread_seconds !== undefined) return spread_seconds > 0
  return [frequency, unit, cron, time_zone].some((value) => value !== undefined && value !== null)
}

/**
 * Checks the spread that a task has after an update.
 * @throws ApiError 400 when a slot would be due before the task has started for the one before
 */
export function checkSpreadChange(change: TaskChange, stored: StoredSchedule): void {
  const fields = after(change, stored)
  // Without a spread nothing has to fit between two slots.
  if (fields.spread_seconds !== 0) checkReadable(fields)
  const errors = checkSpread(fields, Date.parse(stored.now))
  if (errors.length > 0) throw invalid(errors)
}

/** The fields as they are after an update: one of another kind ends the schedule that is stored. */
function after(change: TaskChange, stored: StoredSchedule): SpreadFields {
  const { spread_seconds = stored.spread_seconds } = change
  const kind = kindOf(change)
  const { frequency, unit, cron, time_zone } = stored
  const kept = kind === 'once' || kind === kindOf(stored) ? { frequency, unit, cron, time_zone } : {}
  const of = <K extends 'frequency' | 'unit' | 'cron' | 'time_zone'>(name: K) =>
    change[name] === undefined ? (kept[name] ?? null) : change[name]
  return { spread_seconds, frequency: of('frequency'), unit: of('unit'), cron: of('cron'), time_zone: of('time_zone') }
}

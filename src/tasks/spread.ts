import type { FieldError } from '../formats/field-error.ts'
import { leastGap } from '../schedule/least-gap.ts'
import type { Unit } from '../schedule/unit.ts'
import { findTimeZone } from '../schedule/zone.ts'

/** The fields by which a spread is checked. */
export interface SpreadFields {
  readonly spread_seconds?: number
  readonly frequency?: number | null
  readonly unit?: Unit | null
  readonly cron?: string | null
  readonly time_zone?: string | null
}

/**
 * Checks that a task whose schedule is valid starts before its next slot.
 * @param now in ms
 */
export function checkSpread(schedule: SpreadFields, now: number): FieldError[] {
  const { spread_seconds = 0, time_zone, ...times } = schedule
  if (spread_seconds === 0) return []
  const zone = (time_zone && findTimeZone(time_zone)) || null
  const gap = leastGap({ ...times, time_zone: zone }, now) / 1000
  if (spread_seconds < gap) return []
  return [
    {
      path: '/spread_seconds',
      message: `must be shorter than the least time between two slots of the task, ${gap} s, but is ${spread_seconds} s`,
    },
  ]
}

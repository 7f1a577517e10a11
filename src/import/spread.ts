import { type Unit, unitMs } from '../schedule/unit.ts'
import { shortestGapSeconds } from './check-schedule.ts'

/** The longest spread of a task, in seconds. */
const longest = 86_400

/**
 * Returns the spread of a task whose job starts at a random time within so many seconds after its time.
 * @param fields the schedule of the task
 * @param now in ms
 * @returns undefined if a task cannot have it: it must be shorter than the time between two slots
 */
export function spreadOf(
  { cron, frequency, unit }: Readonly<Record<string, unknown>>,
  seconds: number,
  now: number,
): { readonly spread_seconds: number } | undefined {
  const gap =
    typeof cron === 'string'
      ? shortestGapSeconds(cron, now)
      : typeof frequency === 'number'
        ? (frequency * unitMs[unit as Exclude<Unit, 'month'>]) / 1000
        : Number.POSITIVE_INFINITY
  return seconds >= 1 && seconds <= longest && seconds < gap ? { spread_seconds: seconds } : undefined
}

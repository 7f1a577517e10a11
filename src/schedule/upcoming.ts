import { formatTime } from '../formats/time.ts'
import type { CalendarUse } from './calendar.ts'
import { cronNext, yearsAfter } from './cron-next.ts'
import { recurrenceOf } from './kind.ts'
import { type Unit, unitMs } from './unit.ts'

/** A task's schedule. The fields of other kinds than its own are missing or null, see `ScheduleKind`. */
export interface Schedule {
  readonly frequency?: number | null
  readonly unit?: Unit | null
  /** The day of the month on which a monthly task runs in months that have it. Default: the day of `scheduled_at`. */
  readonly anchor_day?: number | null
  /** A valid pattern, see `cronProblem`. */
  readonly cron?: string | null
  /** A name returned by `findTimeZone`. Default: UTC. */
  readonly time_zone?: string | null
  /** What an interval does after a late run. Default: keep. */
  readonly phase?: 'keep' | 'restart'
  /**
   * The next run, as RFC 3339 in UTC. With `cron` it need not be a time of the pattern. Without it, the first run is one
   * interval from now, or the next time of the pattern.
   */
  readonly scheduled_at?: string | null
  /** There are no times after this one, RFC 3339. */
  readonly ends_at?: string | null
  /** There are so many times at most. */
  readonly max_runs?: number | null
}

/** The last millisecond of the year 9999, after which RFC 3339 has no times. */
const endOfTime = 253_402_300_799_999

/**
 * Returns the times at which a task will run if every run is on time: at most `count`, as RFC 3339 in UTC. A
 * `scheduled_at` in the past is due at once, so the first time is then `from`. Times are listed up to ten years after
 * `from` or after a later `scheduled_at`; up to a hundred years with `cron`, whose times may be forty years apart.
 *
 * @param from now, in whole ms
 * @param toleranceMs with `phase: restart`, after a run that is later than this many ms, intervals count from `from`
 * @param use the calendar of a pattern
 * @throws PatternError for an invalid `cron`, RangeError for an unknown `time_zone`
 */
export function upcoming(
  schedule: Schedule,
  from: number,
  count: number,
  toleranceMs: number,
  use?: CalendarUse,
): string[] {
  const given = schedule.scheduled_at ? Date.parse(schedule.scheduled_at) : undefined
  const isDue = given !== undefined && given <= from
  const recurrence = recurrenceOf(schedule)
  const end = schedule.ends_at ? Date.parse(schedule.ends_at) : endOfTime
  const most = Math.min(count, schedule.max_runs ?? count)
  const limit = Math.min(
    end,
    yearsAfter(Math.max(from, given ?? from), recurrence.kind === 'cron' ? 100 : 10),
    endOfTime,
  )
  const times: string[] = []
  const add = (time: number | undefined, fraction = '') => {
    if (times.length >= most || time === undefined || !(time <= limit)) return false
    times.push(formatTime(time, fraction))
    return true
  }
  // Intervals preserve the microseconds of scheduled_at, which a number of ms does not hold.
  const fraction = /\.\d{3}(\d+)Z$/.exec(schedule.scheduled_at ?? '')?.[1]
  // A due time is run, also after the end.
  if (isDue && most > 0) times.push(formatTime(from))
  else if (given !== undefined) add(given, fraction)

  if (recurrence.kind === 'cron') {
    const { cron, time_zone } = recurrence
    let time = cronNext(cron, time_zone, Math.max(from, given ?? from), use)
    while (add(time)) time = cronNext(cron, time_zone, time as number, use)
  } else if (recurrence.kind === 'interval') {
    const { frequency, unit } = recurrence
    const keepsPhase = given !== undefined && (schedule.phase !== 'restart' || given >= from - toleranceMs)
    const base = keepsPhase ? given : from
    const anchor = (keepsPhase && schedule.anchor_day) || undefined
    let steps = Math.max(1, Math.floor((from - base) / (frequency * unitMs[unit])))
    while (stepsAfter(base, steps, frequency, unit, anchor) <= from) steps++
    while (add(stepsAfter(base, steps, frequency, unit, anchor), keepsPhase ? fraction : '')) steps++
  }
  return times
}

/**
 * Returns the instant `steps` intervals after `base`, in ms. A month that lacks the day `anchor` (or the day of `base`)
 * uses its last day. `anchor` counts only while `base` itself is on it, or on the last day of a month without it.
 */
export function stepsAfter(base: number, steps: number, frequency: number, unit: Unit, anchor?: number): number {
  if (unit !== 'month') return base + steps * frequency * unitMs[unit]
  const months = steps * frequency
  // Temporal throws for dates that it cannot represent; the caller's limit is far below.
  if (months > 12 * 9999) return Number.POSITIVE_INFINITY
  const date = Temporal.Instant.fromEpochMilliseconds(base).toZonedDateTimeISO('UTC')
  const usesAnchor = anchor !== undefined && date.day === Math.min(anchor, date.daysInMonth)
  return date.add({ months }).with({ day: usesAnchor ? anchor : date.day }).epochMilliseconds
}

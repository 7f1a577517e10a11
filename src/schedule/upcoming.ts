import { nextTime, yearsAfter } from './next-time.ts'
import type { Unit } from './unit.ts'

/** A task's schedule, one kind of three: `frequency` with `unit`, `cron` with `time_zone`, or neither (it runs once). */
export interface Schedule {
  readonly frequency?: number | null
  readonly unit?: Unit | null
  /** The day of the month that a monthly task keeps where it can; the day of `scheduled_at` when absent. */
  readonly anchor_day?: number | null
  /** As `parseCron` gave it. */
  readonly cron?: string | null
  /** As `findTimeZone` gave it; UTC when absent. */
  readonly time_zone?: string | null
  /** The next run, as RFC 3339 in UTC. With `cron` it may be any time; absent, the first run is counted from now. */
  readonly scheduled_at?: string | null
}

const minute = 60_000
/** Each unit's length in ms; a month's longest. */
export const unitMs: Readonly<Record<Unit, number>> = {
  minute,
  hour: 60 * minute,
  day: 1440 * minute,
  week: 7 * 1440 * minute,
  month: 31 * 1440 * minute,
}
/** The last instant of the year 9999, beyond which RFC 3339 cannot write. */
const endOfTime = 253_402_300_799_999

/**
 * The times at which a task will run, if every run is on time: at most `count` of them, as RFC 3339 in UTC. A
 * `scheduled_at` that has passed is due at once: the first time is then `from` itself. Nothing that is counted lies more
 * than ten years after `from` (or after a later `scheduled_at`), or a hundred with `cron`, whose times may be forty apart.
 *
 * @param from now, in ms
 * @param toleranceMs by how much a run may be late and keep its phase; the times after a later one count from `from`
 * @throws PatternError or RangeError for a `cron` or `time_zone` that is none
 */
export function upcoming(schedule: Schedule, from: number, count: number, toleranceMs = 0): string[] {
  const given = schedule.scheduled_at ? Date.parse(schedule.scheduled_at) : undefined
  const isDue = given !== undefined && given <= from
  const limit = Math.min(yearsAfter(Math.max(from, given ?? from), schedule.cron ? 100 : 10), endOfTime)
  const times: string[] = []
  const add = (time: number | undefined, fraction = '') => {
    if (times.length >= count || time === undefined || !(time <= limit)) return false
    times.push(write(time, fraction))
    return true
  }
  // What is counted from scheduled_at is on the same microsecond, which no number of ms can hold.
  const fraction = /\.\d{3}(\d+)Z$/.exec(schedule.scheduled_at ?? '')?.[1]
  if (isDue) add(from)
  else if (given !== undefined) add(given, fraction)

  if (schedule.cron) {
    const zone = schedule.time_zone ?? 'UTC'
    let time = nextTime(schedule.cron, zone, Math.max(from, given ?? from))
    while (add(time)) time = nextTime(schedule.cron, zone, time as number)
  } else if (schedule.frequency && schedule.unit) {
    const keepsPhase = given !== undefined && given >= from - toleranceMs
    const base = keepsPhase ? given : from
    const anchor = (keepsPhase && schedule.anchor_day) || undefined
    let steps = Math.max(1, Math.floor((from - base) / (schedule.frequency * unitMs[schedule.unit])))
    while (stepsAfter(base, steps, schedule.frequency, schedule.unit, anchor) <= from) steps++
    while (add(stepsAfter(base, steps, schedule.frequency, schedule.unit, anchor), keepsPhase ? fraction : '')) steps++
  }
  return times
}

/** `steps` intervals after `base`, in ms; a month keeps `anchor`, or the day of `base`, where it has that day. */
function stepsAfter(base: number, steps: number, frequency: number, unit: Unit, anchor?: number): number {
  if (unit !== 'month') return base + steps * frequency * unitMs[unit]
  const date = new Date(base)
  const isKept = anchor !== undefined && date.getUTCDate() === Math.min(anchor, lastDay(date))
  const day = isKept ? anchor : date.getUTCDate()
  date.setUTCMonth(date.getUTCMonth() + steps * frequency, 1)
  return date.setUTCDate(Math.min(day, lastDay(date)))
}

/** The last day of a date's month. */
function lastDay(date: Date): number {
  const last = new Date(date)
  last.setUTCMonth(date.getUTCMonth() + 1, 0)
  return last.getUTCDate()
}

/** RFC 3339 in UTC without trailing zeros; `fraction` are the digits after the ms. */
function write(time: number, fraction: string): string {
  return `${new Date(time).toISOString().slice(0, -1)}${fraction}`.replace(/\.?0+$/, '').concat('Z')
}

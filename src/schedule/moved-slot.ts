import type { CalendarUse } from './calendar.ts'
import { cronNext } from './cron-next.ts'
import { instantOf } from './moved-time.ts'
import { cachedPatterns } from './pattern-cache.ts'
import { spanAt } from './zone.ts'

const dayMinutes = 1440
const minuteMs = 60_000

/** A pattern that is moved by some minutes. */
export interface MovedPattern {
  /** The pattern as it was, and as it is afterwards, see `shiftPattern`. */
  readonly from: string
  readonly to: string
  readonly zone: string
  readonly minutes: number
  readonly use: CalendarUse | undefined
}

/**
 * Returns the slot of a moved pattern that stands for a slot of the pattern as it was: the same minutes later or earlier on the
 * clocks of its zone. A pattern that recurs evenly through the day is moved by the rest only, as an interval is: every 20 minutes
 * by 45 is every 20 minutes by 5.
 * @param slot in ms
 * @returns in ms; undefined if the moved pattern has no time any more
 * @throws PatternError for an invalid pattern, RangeError for an unknown zone
 */
export function movedSlot(slot: number, { from, to, zone, minutes, use }: MovedPattern): number | undefined {
  const patterns = cachedPatterns(from)
  const period = periodMinutes(from)
  const by = (minutes % period) * minuteMs
  const hasWildcard = patterns.some((pattern) => pattern.hasWildcard)
  // Such a pattern also runs in an hour that is repeated, where one time on the clocks is two instants.
  if (hasWildcard && period < dayMinutes) return cronNext(to, zone, slot + by - 1, use)
  const local = hasWildcard ? slot + spanAt(zone, slot).offset : namedTime(from, zone, slot, use)
  return cronNext(to, zone, instantOf(zone, local + by) - 1, use)
}

/** Returns the local time of the pattern that a slot stands for: at the end of a gap, the first one that the clocks skipped. */
function namedTime(cron: string, zone: string, slot: number, use: CalendarUse | undefined): number {
  const { start, offset, previous } = spanAt(zone, slot)
  const shown = slot + offset
  if (slot !== start || !previous || previous.offset >= offset) return shown
  // Read in UTC, a pattern has its local times.
  return Math.min(shown, cronNext(cron, 'UTC', slot + previous.offset - 1, use) ?? shown)
}

/** The periods below a day that divide it, and of these those that every other one divides. */
const periods = Array.from({ length: dayMinutes - 1 }, (_, at) => at + 1).filter((one) => dayMinutes % one === 0)
const longestPeriods = [720, 480, 288]

/** Returns after how many minutes all times of day of a pattern recur: 20 for every 20 minutes, 1440 for times of a part of the day. */
function periodMinutes(cron: string): number {
  const days = cachedPatterns(cron).map(({ hours, minutes }) => {
    const times = new Uint8Array(dayMinutes)
    for (const hour of hours) for (const minute of minutes) times[hour * 60 + minute] = 1
    return times
  })
  const recurs = (period: number) =>
    days.every((times) => times.every((one, at) => one === times[(at + period) % dayMinutes]))
  return (longestPeriods.some(recurs) && periods.find(recurs)) || dayMinutes
}

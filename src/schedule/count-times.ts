import type { CalendarUse } from './calendar.ts'
import { cronNext } from './cron-next.ts'
import { countOfDay, matchesUnder, timesOfDay } from './day-times.ts'
import { isDay } from './next-local.ts'
import type { Pattern } from './pattern.ts'
import { cachedPatterns } from './pattern-cache.ts'
import { spanAt } from './zone.ts'

const dayMs = 86_400_000
const minuteMs = 60_000

/**
 * Counts the times of a cron text in a zone that are later than `after` and not later than `until`, both in whole ms.
 * Days without a clock change are counted as a whole, so a pattern for every minute costs no more than one for every day.
 * @param most counting ends here: this result means "this many or more"
 * @throws PatternError for an invalid pattern, RangeError for an unknown zone
 */
export function countTimes(
  text: string,
  zone: string,
  after: number,
  until: number,
  most: number,
  use?: CalendarUse,
): number {
  const patterns = cachedPatterns(text)
  let count = 0
  // Invariant: all times up to `at` have been counted.
  for (let at = after; count < most; ) {
    const { start, end, offset } = spanAt(zone, at + 1)
    // A clock change can affect the times of the day that follows it, so whole days start one day later.
    const first = Math.ceil((Math.max(at + 1, start + dayMs) + offset) / dayMs) * dayMs
    const behind = Math.floor((Math.min(until + 1, end) + offset) / dayMs) * dayMs
    const hasDays = first < behind
    if (hasDays && at + 1 + offset === first) {
      count += countInDays(patterns, first, behind, most - count, use)
      at = behind - offset - 1
      continue
    }
    const next = cronNext(text, zone, at, use)
    if (hasDays && (next === undefined || next >= first - offset)) at = first - offset - 1
    else if (next === undefined || next > until) break
    else {
      count++
      at = next
    }
  }
  return Math.min(count, most)
}

/**
 * Returns a time in ms after which a cron text has exactly `count` times up to `until`. There must be more than that.
 * @throws as `countTimes`
 */
export function timeBeforeLast(text: string, zone: string, until: number, count: number, use?: CalendarUse): number {
  const isEnough = (after: number) => countTimes(text, zone, after, until, count + 1, use) > count
  let span = minuteMs * count
  while (!isEnough(until - span)) span *= 2
  // The times after `low` are too many, those after `high` are not.
  let low = until - span
  let high = until
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (isEnough(middle)) low = middle
    else high = middle
  }
  return high
}

/** Counts the times of whole local days from midnight `first` to midnight `behind`. May stop when it exceeds `most`. */
function countInDays(
  patterns: readonly Pattern[],
  first: number,
  behind: number,
  most: number,
  use: CalendarUse | undefined,
): number {
  const date = new Date(first)
  let count = 0
  const [pattern] = patterns
  if (pattern && patterns.length === 1 && !use) {
    const perDay = pattern.hours.length * pattern.minutes.length * (pattern.seconds?.length ?? 1)
    for (let day = first; day < behind && count < most; day += dayMs) {
      date.setTime(day)
      if (pattern.months.includes(date.getUTCMonth() + 1) && isDay(pattern, date)) count += perDay
    }
    return count
  }
  for (let day = first; day < behind && count < most; day += dayMs) {
    date.setTime(day)
    count += countOfDay(patterns, matchesUnder(patterns, date, use))
  }
  return count
}

/**
 * Calls `take` with each time of a cron text in a zone that is later than `after` and earlier than `before`, in
 * ascending order; all in ms. Without a clock change in between the times are computed from the fields of its patterns,
 * at a thousandth of the cost of `cronNext` for each.
 * @throws PatternError for an invalid pattern, RangeError for an unknown zone
 */
export function eachTime(
  text: string,
  zone: string,
  after: number,
  before: number,
  take: (time: number) => void,
  use?: CalendarUse,
): void {
  const patterns = cachedPatterns(text)
  const { start, end, offset } = spanAt(zone, Math.floor(after))
  if (after < start + dayMs || before > end) {
    let time = cronNext(text, zone, after, use)
    for (; time !== undefined && time < before; time = cronNext(text, zone, time, use)) take(time)
    return
  }
  const date = new Date(0)
  for (let day = Math.floor((after + offset) / dayMs) * dayMs; day < before + offset; day += dayMs) {
    date.setTime(day)
    const matches = matchesUnder(patterns, date, use)
    if (matches === 0) continue
    for (const ofDay of timesOfDay(patterns, matches)) {
      const time = day + ofDay - offset
      if (time > after && time < before) take(time)
    }
  }
}

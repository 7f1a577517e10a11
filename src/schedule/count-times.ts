import { isDay, nextTime } from './next-time.ts'
import { knownPattern, type Pattern } from './pattern.ts'
import { spanAt } from './zone.ts'

const dayMs = 86_400_000
const minuteMs = 60_000

/**
 * How many times a cron pattern was due in a zone later than `after` and not later than `until`, both in whole ms. Whole
 * days between clock changes are counted as such: a pattern of every minute costs no more than one of every day.
 * @param most where counting ends; that many is "so many or more"
 * @throws PatternError or RangeError for a pattern or a zone that is none
 */
export function countTimes(text: string, zone: string, after: number, until: number, most: number): number {
  const pattern = knownPattern(text)
  let count = 0
  // Everything up to `at` is counted.
  for (let at = after; count < most; ) {
    const { start, end, offset } = spanAt(zone, at + 1)
    // What the clocks do at a change is felt for a day behind it at most.
    const first = Math.ceil((Math.max(at + 1, start + dayMs) + offset) / dayMs) * dayMs
    const behind = Math.floor((Math.min(until + 1, end) + offset) / dayMs) * dayMs
    const hasDays = first < behind
    if (hasDays && at + 1 + offset === first) {
      count += countInDays(pattern, first, behind, most - count)
      at = behind - offset - 1
      continue
    }
    const next = nextTime(text, zone, at)
    if (hasDays && (next === undefined || next >= first - offset)) at = first - offset - 1
    else if (next === undefined || next > until) break
    else {
      count++
      at = next
    }
  }
  return Math.min(count, most)
}

/** The times of whole local days, from the midnight `first` to the midnight `behind`; or more than `most`. */
function countInDays(pattern: Pattern, first: number, behind: number, most: number): number {
  const perDay = pattern.hours.length * pattern.minutes.length
  const date = new Date(first)
  let count = 0
  for (let day = first; day < behind && count < most; day += dayMs) {
    date.setTime(day)
    if (pattern.months.includes(date.getUTCMonth() + 1) && isDay(pattern, date)) count += perDay
  }
  return count
}

/**
 * Gives each time of a cron pattern in a zone later than `after` and earlier than `before`, in order. Where the clocks run
 * evenly all along, the times are read off the pattern: one by one they cost a thousand times as much.
 * @throws PatternError or RangeError for a pattern or a zone that is none
 */
export function eachTime(
  text: string,
  zone: string,
  after: number,
  before: number,
  take: (time: number) => void,
): void {
  const pattern = knownPattern(text)
  const { start, end, offset } = spanAt(zone, Math.floor(after))
  if (after < start + dayMs || before > end) {
    let time = nextTime(text, zone, after)
    for (; time !== undefined && time < before; time = nextTime(text, zone, time)) take(time)
    return
  }
  const date = new Date(0)
  for (let day = Math.floor((after + offset) / dayMs) * dayMs; day < before + offset; day += dayMs) {
    date.setTime(day)
    if (!pattern.months.includes(date.getUTCMonth() + 1) || !isDay(pattern, date)) continue
    for (const hour of pattern.hours)
      for (const minute of pattern.minutes) {
        const time = day + (hour * 60 + minute) * minuteMs - offset
        if (time > after && time < before) take(time)
      }
  }
}

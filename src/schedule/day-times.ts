import { type CalendarUse, isOwnDay } from './calendar.ts'
import { isDay } from './next-local.ts'
import type { Pattern } from './pattern.ts'

const minuteMs = 60_000
const dayMs = 86_400_000

/** Returns which patterns match the UTC day of a date, as bits: bit 0 is the first pattern. */
export function matchesOf(patterns: readonly Pattern[], date: Date): number {
  let matches = 0
  const month = date.getUTCMonth() + 1
  for (let at = 0; at < patterns.length; at++) {
    const pattern = patterns[at] as Pattern
    if (pattern.months.includes(month) && isDay(pattern, date)) matches |= 1 << at
  }
  return matches
}

/**
 * Returns which patterns have slots on a day under a calendar, as bits as `matchesOf`: those of its own and those that are moved
 * to it.
 * @param date midnight in UTC
 */
export function matchesUnder(patterns: readonly Pattern[], date: Date, use: CalendarUse | undefined): number {
  if (!use) return matchesOf(patterns, date)
  const day = Math.floor(date.getTime() / dayMs)
  let matches = isOwnDay(use, day) ? matchesOf(patterns, date) : 0
  for (const from of use.calendar.movedFrom(day, use.rule)) matches |= matchesOf(patterns, new Date(from * dayMs))
  return matches
}

/**
 * Returns the distinct times of day of patterns in ascending order, in ms since midnight.
 * @param matches the patterns that match the day, see `matchesOf`
 */
export function timesOfDay(patterns: readonly Pattern[], matches: number): readonly number[] {
  const found = patterns.filter((_, at) => matches & (1 << at)).map(timesOf)
  return found.length === 1
    ? (found[0] as readonly number[])
    : [...new Set(found.flat())].sort((one, other) => one - other)
}

function timesOf({ hours, minutes, seconds = [0] }: Pattern): number[] {
  const times: number[] = []
  for (const hour of hours)
    for (const minute of minutes)
      for (const second of seconds) times.push((hour * 60 + minute) * minuteMs + second * 1000)
  return times
}

/** The numbers of times of day that `countOfDay` has returned, by patterns and which of them match. */
const counts = new WeakMap<readonly Pattern[], Map<number, number>>()

/**
 * Returns the number of distinct times of day of patterns.
 * @param patterns as returned by `cachedPatterns`: the result is stored for them
 * @param matches the patterns that match the day, see `matchesOf`
 */
export function countOfDay(patterns: readonly Pattern[], matches: number): number {
  let known = counts.get(patterns)
  if (!known) {
    known = new Map()
    counts.set(patterns, known)
  }
  let count = known.get(matches)
  if (count === undefined) {
    count = timesOfDay(patterns, matches).length
    known.set(matches, count)
  }
  return count
}

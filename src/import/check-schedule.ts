import { nextLocal } from '../schedule/next-local.ts'
import { type Pattern, readPatterns } from '../schedule/pattern.ts'
import { PatternError } from '../schedule/pattern-error.ts'
import { slotsTooNear } from '../schedule/slot-gap.ts'

const minuteMs = 60_000
const yearMs = 366 * 1440 * minuteMs

/**
 * Checks a cron pattern as Duly does, without its time zones, which would double the size of the client.
 * @param now in ms; the pattern must come due within 50 years of it
 * @returns undefined if the pattern is valid, else what is wrong, as a clause that follows the pattern
 */
export function patternProblem(text: string, now: number): string | undefined {
  try {
    const patterns = readPatterns(text)
    if (patterns.every((pattern) => nextLocal(pattern, now, now + 50 * yearMs) !== undefined))
      return slotsTooNear(patterns, now)
    return 'never comes due: no day is in its day of month, month and weekday'
  } catch (error) {
    if (error instanceof PatternError) return error.message
    throw error
  }
}

/** Returns the shortest time between two of the next times of a valid pattern, in seconds. */
export function shortestGapSeconds(text: string, now: number): number {
  const patterns = readPatterns(text)
  const end = now + 50 * yearMs
  let shortest = Number.POSITIVE_INFINITY
  let last = nextOf(patterns, now, end)
  for (let count = 0; count < 200 && last !== undefined; count++) {
    const next = nextOf(patterns, last, end)
    if (next !== undefined) shortest = Math.min(shortest, next - last)
    last = next
  }
  return shortest / 1000
}

/** Returns the first local time of any of the patterns later than `after` and earlier than `end`. */
function nextOf(patterns: readonly Pattern[], after: number, end: number): number | undefined {
  const times = patterns.map((pattern) => nextLocal(pattern, after, end)).filter((time) => time !== undefined)
  return times.length === 0 ? undefined : Math.min(...times)
}

/** Whether a text is the IANA name of a time zone; offsets and abbreviations are not. */
export function isTimeZone(name: string): boolean {
  // Intl would accept offsets.
  if (!/^[A-Za-z]/.test(name)) return false
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

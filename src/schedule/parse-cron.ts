import { nextTime } from './next-time.ts'
import { PatternError, readPattern } from './pattern.ts'

/**
 * Reads a task's cron pattern: five fields of numbers, names, lists, ranges, steps and `*`, at most 200 characters.
 * @param now in ms; the pattern must come due at some time after it
 * @returns the pattern with single spaces, capitals and no leading zeros; or the problem, as a clause that follows the
 * name of the field: `has "25" in the hour field; it must be 0 to 23, …`
 */
export function parseCron(text: string, now: number): { pattern: string } | { problem: string } {
  try {
    const { text: pattern } = readPattern(text)
    if (nextTime(pattern, 'UTC', now) === undefined)
      return {
        problem: 'must come due at some time, but no day is ever in its day of month, month and weekday',
      }
    return { pattern }
  } catch (error) {
    if (error instanceof PatternError) return { problem: error.message }
    throw error
  }
}

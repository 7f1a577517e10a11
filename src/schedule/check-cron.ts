import { cronNext } from './cron-next.ts'
import { PatternError, readPattern } from './pattern.ts'

/**
 * Checks a task's cron pattern: five fields of numbers, names, lists, ranges, steps and `*`, at most 200 characters.
 * @param now in ms; the pattern must come due at some time after it
 * @returns undefined if the pattern is valid, else what is wrong, as a clause that follows the name of the field:
 * `has "25" in the hour field; it must be 0 to 23, …`
 */
export function cronProblem(text: string, now: number): string | undefined {
  try {
    readPattern(text)
    if (cronNext(text, 'UTC', now) !== undefined) return undefined
    return 'must come due at some time, but no day is ever in its day of month, month and weekday'
  } catch (error) {
    if (error instanceof PatternError) return error.message
    throw error
  }
}

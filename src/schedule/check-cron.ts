import { cronNext } from './cron-next.ts'
import { readPatterns } from './pattern.ts'
import { PatternError } from './pattern-error.ts'
import { slotsTooNear } from './slot-gap.ts'

/**
 * Checks a task's cron text: one pattern or several, of at most 1,000 characters in all, as docs/patterns.md describes them.
 * @param now in ms; the pattern must come due at some time after it, and slots after it be at least 5 s apart
 * @returns undefined if the pattern is valid, else what is wrong, as a clause that follows the name of the field:
 * `has "25" in the hour field; it must be 0 to 23, …`
 */
export function cronProblem(text: string, now: number): string | undefined {
  try {
    const patterns = readPatterns(text)
    if (cronNext(text, 'UTC', now) !== undefined) return slotsTooNear(patterns, now)
    return 'must come due at some time, but no day is ever in its day of month, month and weekday'
  } catch (error) {
    if (error instanceof PatternError) return error.message
    throw error
  }
}

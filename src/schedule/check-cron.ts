import { searchedYears, yearsAfter } from './cron-next.ts'
import { nextLocal } from './next-local.ts'
import { readPatterns } from './pattern.ts'
import { PatternError } from './pattern-error.ts'
import { slotsTooNear } from './slot-gap.ts'

/**
 * Checks a task's cron text: one pattern or several, of at most 1,000 characters in all, as docs/patterns.md describes them.
 * @param now in ms; each pattern must come due at some time after it, and slots after it be at least 5 s apart
 * @returns undefined if the pattern is valid, else what is wrong, as a clause that follows the name of the field:
 * `has "25" in the hour field; it must be 0 to 23, …`
 */
export function cronProblem(text: string, now: number): string | undefined {
  try {
    const patterns = readPatterns(text)
    const never = patterns.findIndex((pattern) => nextLocal(pattern, now, yearsAfter(now, searchedYears)) === undefined)
    if (never < 0) return slotsTooNear(patterns, now)
    const which = patterns.length > 1 ? ` (in pattern ${never + 1})` : ''
    if (patterns[never]?.interval) return `must begin within ${searchedYears} years${which}`
    return `must come due at some time, but no day is ever in its day of month, month and weekday${which}`
  } catch (error) {
    if (error instanceof PatternError) return error.message
    throw error
  }
}

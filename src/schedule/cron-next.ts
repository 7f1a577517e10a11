import type { CalendarUse } from './calendar.ts'
import { nextMoved, nextOwn } from './calendar-local.ts'
import type { Pattern } from './pattern.ts'
import { cachedPatterns } from './pattern-cache.ts'
import { type Span, spanAt } from './zone.ts'

const dayMs = 86_400_000

/**
 * How many years ahead a pattern is searched. A day of the month falls on each weekday within twelve years, and 29 February
 * within forty, even across a century without a leap year. A pattern without a time in 50 years has none at all.
 */
export const searchedYears = 50

/** Returns the same date and time in UTC some years later, in ms: 1 March for a 29 February that does not exist. */
export function yearsAfter(instant: number, years: number): number {
  const date = new Date(instant)
  return date.setUTCFullYear(date.getUTCFullYear() + years)
}

/**
 * Returns the first time later than `after` at which a cron text, or the first of its patterns, is due in a zone, in ms, or
 * undefined if it is never due. When the clocks change:
 *
 * - A pattern with `*` in minute or hour is due whenever the zone's clocks show a matching time: twice in an hour that is
 *   repeated, and not at all in an hour that is skipped.
 * - Any other pattern names fixed times of day, each due once: the first time it occurs in a repeated hour, and at the end
 *   of the gap in a skipped hour. Several times in one gap are due once. Intervals by the local clock are of this kind.
 *
 * A calendar leaves out the slots of days, by the date on the zone's clocks, or moves them to the same time of another day, where
 * they are fixed times of day.
 *
 * @param text a valid text, see `cronProblem`
 * @param zone a name returned by `findTimeZone`
 * @param after in ms
 * @throws PatternError for an invalid pattern, RangeError for an unknown zone
 */
export function cronNext(text: string, zone: string, after: number, use?: CalendarUse): number | undefined {
  const patterns = cachedPatterns(text)
  // All times are whole seconds, so no time is lost by dropping the fraction of a millisecond.
  const instant = Math.floor(after)
  const span = spanAt(zone, instant)
  const horizon = yearsAfter(instant, searchedYears)
  if (patterns.length > 1) {
    // A pattern that comes once in decades is not searched for while another one comes soon.
    const soon = firstOf(patterns, span, instant, Math.min(horizon, instant + 2 * dayMs), use)
    if (soon !== undefined) return soon
  }
  return firstOf(patterns, span, instant, horizon, use)
}

/** Returns the first time of any of the patterns that is later than `after` and not later than `horizon`. */
function firstOf(
  patterns: readonly Pattern[],
  span: Span,
  after: number,
  horizon: number,
  use: CalendarUse | undefined,
): number | undefined {
  let first: number | undefined
  const note = (time: number | undefined) => {
    if (time !== undefined && time <= (first ?? horizon)) first = time
  }
  for (const pattern of patterns) {
    const own: NextLocal = (after, before) => nextOwn(pattern, use, after, before)
    note((pattern.hasWildcard ? nextShown : nextReached)(own, span, after, first ?? horizon))
    if (use?.rule === 'next' || use?.rule === 'previous')
      note(nextReached((after, before) => nextMoved(pattern, use, after, before), span, after, first ?? horizon))
  }
  return first
}

/** Returns the first local time later than `after` and earlier than `before`. */
type NextLocal = (after: number, before: number) => number | undefined

/** Returns the first instant after `after` at which the clocks show a local time. */
function nextShown(next: NextLocal, first: Span, after: number, horizon: number): number | undefined {
  for (let span: Span | undefined = first; span && span.start <= horizon; span = span.next) {
    const from = Math.max(after, span.start - 1)
    const local = next(from + span.offset, Math.min(span.end, horizon + 1) + span.offset)
    if (local !== undefined) return local - span.offset
  }
  return undefined
}

/**
 * Returns the first instant after `after` at which the clocks reach, or skip, a local time for the first time.
 * After the clocks go back, they reach no new time until they pass the latest time already shown.
 */
function nextReached(next: NextLocal, first: Span, after: number, horizon: number): number | undefined {
  let reached = after + first.offset
  // Clocks never go back by more than a day, so changes that are older have no effect any more.
  for (let span = first.previous; span && span.end > after - dayMs; span = span.previous)
    reached = Math.max(reached, span.end - 1 + span.offset)
  const local = next(reached, horizon + dayMs)
  if (local === undefined) return undefined
  for (let span: Span | undefined = first; span; span = span.next)
    if (local < span.end + span.offset) return Math.max(span.start, local - span.offset)
  return undefined
}

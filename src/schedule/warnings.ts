import { cronNext } from './cron-next.ts'
import { recurrenceOf } from './kind.ts'
import { nextLocal } from './next-local.ts'
import type { Pattern } from './pattern.ts'
import { cachedPattern } from './pattern-cache.ts'
import type { Schedule } from './upcoming.ts'
import { type Span, spanAt } from './zone.ts'

/**
 * Describes how clock changes affect the times that `upcoming` listed: one sentence for each day on which a change skips
 * or repeats a time of the pattern. Empty for a schedule without `cron`, which counts in UTC.
 *
 * @param from now in ms, as given to `upcoming`
 * @param times the result of `upcoming`
 */
export function warnings(schedule: Schedule, from: number, times: readonly string[]): string[] {
  const last = Date.parse(times.at(-1) ?? '')
  const recurrence = recurrenceOf(schedule)
  if (recurrence.kind !== 'cron' || Number.isNaN(last)) return []
  const { cron, time_zone: zone } = recurrence
  const regular = cronNext(cron, zone, from)
  const given = schedule.scheduled_at ? Date.parse(schedule.scheduled_at) : from
  // The pattern has no effect before a first run that the caller has set to a later time.
  const start = regular !== undefined && given > regular ? given : from
  const pattern = cachedPattern(cron)
  const found: string[] = []

  let before: Span = spanAt(zone, Math.floor(start))
  for (let after = before.next; after; before = after, after = after.next) {
    const change = after.start
    const shown = change + before.offset
    const next = change + after.offset
    const locals = localsFrom(pattern, Math.min(shown, next), Math.max(shown, next))
    if (Math.min(shown, next) - before.offset > last) break
    if (next > shown) {
      const isListed = change <= last
      for (const [day, missing] of Map.groupBy(isListed ? locals : [], dayOf))
        found.push(describeSkipped(zone, day, missing, pattern.hasWildcard ? undefined : next))
    } else {
      const lastOffset = pattern.hasWildcard ? after.offset : before.offset
      const isListed = (local: number) => local - before.offset > start && local - lastOffset <= last
      for (const [day, twice] of Map.groupBy(locals.filter(isListed), dayOf))
        found.push(describeRepeated(zone, day, twice, pattern.hasWildcard))
    }
  }
  return found
}

/** Lists the local times of a pattern from `start` (inclusive) to `end` (exclusive). */
function localsFrom(pattern: Pattern, start: number, end: number): number[] {
  const locals: number[] = []
  for (let local = nextLocal(pattern, start - 1, end); local !== undefined; local = nextLocal(pattern, local, end))
    locals.push(local)
  return locals
}

const dayOf = (local: number) => new Date(local).toISOString().slice(0, 10)
const clockOf = (local: number) => new Date(local).toISOString().slice(11, 16)

/** @param end the local time at the end of the gap if the skipped times run then; undefined if they do not run */
function describeSkipped(zone: string, day: string, locals: readonly number[], end: number | undefined): string {
  const one = locals.length === 1
  const what = `On ${day} ${list(locals)} ${one ? 'does' : 'do'} not exist in ${zone}: ${one ? 'it' : 'they'}`
  if (end === undefined) return `${what} ${one ? 'does' : 'do'} not run.`
  const at = dayOf(end) === day ? clockOf(end) : `${clockOf(end)} on ${dayOf(end)}`
  return `${what} ${one ? 'runs' : 'run once,'} at ${at}.`
}

/** @param both whether the times run both times, or the first time only */
function describeRepeated(zone: string, day: string, locals: readonly number[], both: boolean): string {
  const one = locals.length === 1
  const what = `On ${day} ${list(locals)} ${one ? 'comes' : 'come'} twice in ${zone}: ${one ? 'it runs' : 'they run'}`
  return both ? `${what} both times.` : `${what} the first time only.`
}

/** Lists up to four times of day; more are given as their number with the first and the last. */
function list(locals: readonly number[]): string {
  const clocks = locals.map(clockOf)
  if (clocks.length > 4) return `${clocks.length} times from ${clocks[0]} to ${clocks.at(-1)}`
  return clocks.length === 1 ? `${clocks[0]}` : `${clocks.slice(0, -1).join(', ')} and ${clocks.at(-1)}`
}

import { type CalendarUse, dayNumber, isOwnDay } from './calendar.ts'
import { cronNext } from './cron-next.ts'
import { recurrenceOf } from './kind.ts'
import { nextLocal } from './next-local.ts'
import type { Pattern } from './pattern.ts'
import { cachedPatterns } from './pattern-cache.ts'
import type { Schedule } from './upcoming.ts'
import { type Span, spanAt } from './zone.ts'

/**
 * Describes how clock changes affect the times that `upcoming` listed: one sentence for each day on which a change skips
 * or repeats a time of the pattern. Empty for a schedule without `cron`, which counts in UTC.
 *
 * @param from now in ms, as given to `upcoming`
 * @param times the result of `upcoming`
 * @param use the calendar of a pattern: days on which it leaves no slots are not described
 */
export function warnings(schedule: Schedule, from: number, times: readonly string[], use?: CalendarUse): string[] {
  const last = Date.parse(times.at(-1) ?? '')
  const recurrence = recurrenceOf(schedule)
  if (recurrence.kind !== 'cron' || Number.isNaN(last)) return []
  const { cron, time_zone: zone } = recurrence
  const regular = cronNext(cron, zone, from)
  const given = schedule.scheduled_at ? Date.parse(schedule.scheduled_at) : from
  // The pattern has no effect before a first run that the caller has set to a later time.
  const start = regular !== undefined && given > regular ? given : from
  const patterns = cachedPatterns(cron)
  const regularly = patterns.filter(({ hasWildcard }) => hasWildcard)
  const atTimes = patterns.filter(({ hasWildcard }) => !hasWildcard)
  const found: string[] = []
  const isOwn = ([day]: [string, unknown]) => !use || isOwnDay(use, dayNumber(day))

  let before: Span = spanAt(zone, Math.floor(start))
  for (let after = before.next; after; before = after, after = after.next) {
    const change = after.start
    const shown = change + before.offset
    const next = change + after.offset
    const [low, high] = [Math.min(shown, next), Math.max(shown, next)]
    if (low - before.offset > last) break
    // A skipped time that a pattern with fixed times names, too, is due; and one that comes twice is due twice if any has it so.
    const [named, shownEvenly] = [localsFrom(atTimes, low, high), localsFrom(regularly, low, high)]
    if (next > shown) {
      if (change > last) continue
      const unnamed = shownEvenly.filter((local) => !named.includes(local))
      for (const [day, missing] of [...Map.groupBy(named, dayOf)].filter(isOwn))
        found.push(describeSkipped(zone, day, missing, next))
      for (const [day, missing] of [...Map.groupBy(unnamed, dayOf)].filter(isOwn))
        found.push(describeSkipped(zone, day, missing, undefined))
    } else {
      const listed = (locals: readonly number[], lastOffset: number) =>
        locals.filter((local) => local - before.offset > start && local - lastOffset <= last)
      const twice = listed(shownEvenly, after.offset)
      const once = listed(named, before.offset).filter((local) => !shownEvenly.includes(local))
      for (const [day, locals] of [...Map.groupBy(once, dayOf)].filter(isOwn))
        found.push(describeRepeated(zone, day, locals, false))
      for (const [day, locals] of [...Map.groupBy(twice, dayOf)].filter(isOwn))
        found.push(describeRepeated(zone, day, locals, true))
    }
  }
  return found
}

/** Lists the distinct local times of patterns from `start` (inclusive) to `end` (exclusive), in ascending order. */
function localsFrom(patterns: readonly Pattern[], start: number, end: number): number[] {
  const locals = new Set<number>()
  for (const pattern of patterns)
    for (let local = nextLocal(pattern, start - 1, end); local !== undefined; local = nextLocal(pattern, local, end))
      locals.add(local)
  return [...locals].sort((one, other) => one - other)
}

const dayOf = (local: number) => new Date(local).toISOString().slice(0, 10)
const clockOf = (local: number) => new Date(local).toISOString().slice(11, local % 60_000 === 0 ? 16 : 19)

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

import { nextLocal, nextTime } from './next-time.ts'
import { knownPattern, type Pattern } from './pattern.ts'
import type { Schedule } from './upcoming.ts'
import { type Span, spanAt } from './zone.ts'

/**
 * What clock changes do to the times that `upcoming` listed for the same schedule and instant: a sentence for each day on
 * which a change skips or repeats a time of the pattern. None for schedules without `cron`, which count in UTC.
 *
 * @param times as `upcoming` gave them
 */
export function warnings(schedule: Schedule, from: number, times: readonly string[]): string[] {
  const last = Date.parse(times.at(-1) ?? '')
  if (!schedule.cron || Number.isNaN(last)) return []
  const zone = schedule.time_zone ?? 'UTC'
  const regular = nextTime(schedule.cron, zone, from)
  const given = schedule.scheduled_at ? Date.parse(schedule.scheduled_at) : from
  // A first run put off by hand is no time of the pattern, and what lies before it does not run.
  const start = regular !== undefined && given > regular ? given : from
  const pattern = knownPattern(schedule.cron)
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
      for (const [day, gone] of Map.groupBy(isListed ? locals : [], dayOf))
        found.push(skipped(zone, day, gone, pattern.isWild ? undefined : next))
    } else {
      const lastOffset = pattern.isWild ? after.offset : before.offset
      const isListed = (local: number) => local - before.offset > start && local - lastOffset <= last
      for (const [day, twice] of Map.groupBy(locals.filter(isListed), dayOf))
        found.push(repeated(zone, day, twice, pattern.isWild))
    }
  }
  return found
}

/** The local times of a pattern from `start` until just before `end`. */
function localsFrom(pattern: Pattern, start: number, end: number): number[] {
  const locals: number[] = []
  for (let local = nextLocal(pattern, start - 1, end); local !== undefined; local = nextLocal(pattern, local, end))
    locals.push(local)
  return locals
}

const dayOf = (local: number) => new Date(local).toISOString().slice(0, 10)
const clockOf = (local: number) => new Date(local).toISOString().slice(11, 16)

/** @param end the local time at the end of the gap, when the times run then; undefined when they do not run at all */
function skipped(zone: string, day: string, locals: readonly number[], end: number | undefined): string {
  const one = locals.length === 1
  const what = `On ${day} ${list(locals)} ${one ? 'does' : 'do'} not exist in ${zone}: ${one ? 'it' : 'they'}`
  if (end === undefined) return `${what} ${one ? 'does' : 'do'} not run.`
  const at = dayOf(end) === day ? clockOf(end) : `${clockOf(end)} on ${dayOf(end)}`
  return `${what} ${one ? 'runs' : 'run once,'} at ${at}.`
}

function repeated(zone: string, day: string, locals: readonly number[], both: boolean): string {
  const one = locals.length === 1
  const what = `On ${day} ${list(locals)} ${one ? 'comes' : 'come'} twice in ${zone}: ${one ? 'it runs' : 'they run'}`
  return both ? `${what} both times.` : `${what} the first time only.`
}

/** Up to four times by name, more as a number of them. */
function list(locals: readonly number[]): string {
  const clocks = locals.map(clockOf)
  if (clocks.length > 4) return `${clocks.length} times from ${clocks[0]} to ${clocks.at(-1)}`
  return clocks.length === 1 ? `${clocks[0]}` : `${clocks.slice(0, -1).join(', ')} and ${clocks.at(-1)}`
}

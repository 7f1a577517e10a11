import { nextLocal, nextTime } from './next-time.ts'
import { knownPattern } from './pattern.ts'
import { spanAt } from './zone.ts'
import type { ZoneRules } from './zone-rules.ts'

const minuteMs = 60_000

/**
 * Where a time of a cron pattern goes when the rules of its zone turn out to be others than were known: to the same time
 * of day by the rules in use now. A time that is none of the pattern by the former rules, such as a first run that
 * somebody set by hand, stays.
 * @param time a next time that was worked out by the former rules, in ms
 * @returns the time by the rules in use now, in ms; undefined when it stays as it is
 */
export function movedTime(cron: string, zone: string, time: number, former: ZoneRules): number | undefined {
  const local = localBefore(cron, time, former)
  if (local === undefined) return undefined
  const moved = nextTime(cron, zone, instantOf(zone, local) - 1)
  return moved === time ? undefined : moved
}

/** The local time of the pattern that a time stood for by the former rules; undefined when it stood for none. */
function localBefore(cron: string, time: number, { changes, offsets }: ZoneRules): number | undefined {
  const index = changes.filter((change) => change <= time).length
  const local = time + (offsets[index] ?? 0)
  if (nextLocal(knownPattern(cron), local - minuteMs, local + 1) === local) return local
  // A time of day that does not exist ran at the end of its gap, the moment of the change itself.
  return changes[index - 1] === time ? time + (offsets[index - 1] ?? 0) : undefined
}

/** The first instant at which a zone's clocks show a local time, or the end of the gap that jumps over it; in ms. */
function instantOf(zone: string, local: number): number {
  // No clocks are further from UTC than a day.
  let span = spanAt(zone, local - 86_400_000)
  while (local >= span.end + span.offset && span.next) span = span.next
  return Math.max(span.start, local - span.offset)
}

import type { CalendarUse } from './calendar.ts'
import { nextMoved, nextOwn } from './calendar-local.ts'
import { cronNext } from './cron-next.ts'
import { cachedPatterns } from './pattern-cache.ts'
import { spanAt } from './zone.ts'
import type { ZoneRules } from './zone-rules.ts'

/**
 * Returns the new instant of a cron slot after the rules of its zone have changed: the same local time under the current
 * rules. A time that was not one of the pattern under the former rules, such as a first run set by the caller, does not
 * move.
 * @param time the slot as computed under the former rules, in ms
 * @returns the instant under the current rules, in ms, or undefined if it does not move
 */
export function movedTime(
  cron: string,
  zone: string,
  time: number,
  former: ZoneRules,
  use?: CalendarUse,
): number | undefined {
  const local = localBefore(cron, time, former, use)
  if (local === undefined) return undefined
  const moved = cronNext(cron, zone, instantOf(zone, local) - 1, use)
  return moved === time ? undefined : moved
}

/**
 * Returns the local time of the pattern for an instant under the former rules, or undefined if the pattern has none
 * there.
 */
function localBefore(
  cron: string,
  time: number,
  { changes, offsets }: ZoneRules,
  use: CalendarUse | undefined,
): number | undefined {
  const index = changes.filter((change) => change <= time).length
  const local = time + (offsets[index] ?? 0)
  const isSlot = cachedPatterns(cron).some(
    (pattern) =>
      nextOwn(pattern, use, local - 1, local + 1) === local ||
      (use && nextMoved(pattern, use, local - 1, local + 1) === local),
  )
  if (isSlot) return local
  // A local time inside a gap runs at the end of the gap, which is the instant of the change.
  return changes[index - 1] === time ? time + (offsets[index - 1] ?? 0) : undefined
}

/** Returns the first instant at which a zone's clocks show a local time, or the end of the gap that skips it; in ms. */
export function instantOf(zone: string, local: number): number {
  // No zone's offset from UTC reaches one day.
  let span = spanAt(zone, local - 86_400_000)
  while (local >= span.end + span.offset && span.next) span = span.next
  return Math.max(span.start, local - span.offset)
}

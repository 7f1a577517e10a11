import { knownPattern, type Pattern } from './pattern.ts'
import { type Span, spanAt } from './zone.ts'

const minuteMs = 60_000
const dayMs = 86_400_000

/**
 * How far a pattern is followed, in years. Days of a month come on each weekday again within twelve years and a 29 February
 * within forty, across the turn of a century that has none: what has no day until then has none at all.
 */
const longestPause = 50

/** The same date and time some years later (the first of March for a 29 February that is not there), in ms. */
export function yearsAfter(instant: number, years: number): number {
  const date = new Date(instant)
  return date.setUTCFullYear(date.getUTCFullYear() + years)
}

/**
 * The first time later than `after` at which a cron pattern is due in a zone, both in ms; undefined when there is none at all.
 * On the nights when clocks change:
 *
 * - A pattern with a `*` in minute or hour runs whenever the zone's clocks show a time it names: in both passes of an
 *   hour that comes twice, and not at all for times that do not exist.
 * - Any other pattern names certain times of the day, and each runs once: at its first coming when it comes twice, and
 *   at the end of the gap when it does not exist. Several times in one gap are one run.
 *
 * @param text a pattern that `parseCron` gave
 * @param zone a name that `findTimeZone` gave
 * @throws PatternError or RangeError for a pattern or a zone that is none
 */
export function nextTime(text: string, zone: string, after: number): number | undefined {
  const pattern = knownPattern(text)
  // All times are whole minutes, so that nothing lies within the fraction.
  const instant = Math.floor(after)
  const span = spanAt(zone, instant)
  const horizon = yearsAfter(instant, longestPause)
  const time = pattern.isWild ? nextShown(pattern, span, instant, horizon) : nextPassed(pattern, span, instant, horizon)
  return time !== undefined && time <= horizon ? time : undefined
}

/** The first instant after `after` at which the clocks show a time of the pattern. */
function nextShown(pattern: Pattern, first: Span, after: number, horizon: number): number | undefined {
  for (let span: Span | undefined = first; span && span.start <= horizon; span = span.next) {
    const from = Math.max(after, span.start - 1)
    const local = nextLocal(pattern, from + span.offset, Math.min(span.end, horizon + 1) + span.offset)
    if (local !== undefined) return local - span.offset
  }
  return undefined
}

/**
 * The first instant after `after` at which the clocks reach, or jump over, a time of the pattern that they had never
 * reached before. Clocks that go back reach nothing new until they are past where they had been.
 */
function nextPassed(pattern: Pattern, first: Span, after: number, horizon: number): number | undefined {
  let reached = after + first.offset
  // No clocks ever went back by more than a day, so that older changes are long made up for.
  for (let span = first.previous; span && span.end > after - dayMs; span = span.previous)
    reached = Math.max(reached, span.end - 1 + span.offset)
  const local = nextLocal(pattern, reached, horizon + dayMs)
  if (local === undefined) return undefined
  for (let span: Span | undefined = first; span; span = span.next)
    if (local < span.end + span.offset) return Math.max(span.start, local - span.offset)
  return undefined
}

/** The first local time of a pattern later than `after` and earlier than `before`; local times in ms, as if in UTC. */
export function nextLocal(pattern: Pattern, after: number, before: number): number | undefined {
  const at = new Date((Math.floor(after / minuteMs) + 1) * minuteMs)
  while (at.getTime() < before) {
    if (!pattern.months.includes(at.getUTCMonth() + 1)) at.setUTCMonth(at.getUTCMonth() + 1, 1)
    else {
      const minutes = isDay(pattern, at) ? timeOfDay(pattern, at.getUTCHours() * 60 + at.getUTCMinutes()) : undefined
      if (minutes !== undefined) {
        const local = at.setUTCHours(0, minutes)
        return local < before ? local : undefined
      }
      at.setUTCDate(at.getUTCDate() + 1)
    }
    at.setUTCHours(0, 0)
  }
  return undefined
}

/** Whether a pattern of this month names this day, as its UTC date has it. */
export function isDay({ days, weekdays, eitherDay }: Pattern, date: Date): boolean {
  const isOfMonth = days.includes(date.getUTCDate())
  const isOfWeek = weekdays.includes(date.getUTCDay())
  return eitherDay ? isOfMonth || isOfWeek : isOfMonth && isOfWeek
}

/** The first time of a pattern from `earliest` on, in minutes since midnight. */
function timeOfDay({ hours, minutes }: Pattern, earliest: number): number | undefined {
  for (const hour of hours) {
    const minute = minutes.find((minute) => hour * 60 + minute >= earliest)
    if (minute !== undefined) return hour * 60 + minute
  }
  return undefined
}

import { formatTime } from '../formats/time.ts'
import { type CalendarUse, dayText, isOwnDay } from './calendar.ts'
import { cronNext } from './cron-next.ts'
import { recurrenceOf } from './kind.ts'
import { instantOf } from './moved-time.ts'
import type { Schedule } from './upcoming.ts'
import { spanAt } from './zone.ts'

const dayMs = 86_400_000
const yearMs = 366 * dayMs

/** How many slots are listed, and how many times of the pattern are looked at. */
const [mostListed, mostSeen] = [100, 10_000]

/** A time of a pattern at which a task does not run, because of its calendar. */
interface LeftOut {
  /** RFC 3339, as the other times. */
  readonly at: string
  /** The note of the day in the calendar. */
  readonly note: string | null
  /** When it runs instead; null if it does not. */
  readonly moved_to: string | null
}

/**
 * Lists the times of a pattern that a calendar leaves out or moves, from after `from` to `until`, both in ms: 100 at most.
 * @throws PatternError for an invalid pattern, RangeError for an unknown zone
 */
function leftOut(cron: string, zone: string, from: number, until: number, use: CalendarUse): LeftOut[] {
  const listed: LeftOut[] = []
  let at = cronNext(cron, zone, from)
  for (let seen = 0; at !== undefined && at <= until && seen < mostSeen && listed.length < mostListed; seen++) {
    const local = at + spanAt(zone, at).offset
    const day = Math.floor(local / dayMs)
    if (!isOwnDay(use, day)) {
      const { calendar, rule } = use
      const moved = rule === 'next' || rule === 'previous' ? calendar.movedTo(day, rule) : undefined
      const to = moved === undefined ? undefined : instantOf(zone, local + (moved - day) * dayMs)
      listed.push({
        at: formatTime(at),
        note: calendar.noteOf(day),
        // A slot is not moved into the past.
        moved_to: to === undefined || to <= from ? null : formatTime(to),
      })
    }
    at = cronNext(cron, zone, at)
  }
  return listed
}

/** What a calendar does to the times that `upcoming` has listed. */
export interface CalendarEffect {
  readonly left_out: readonly LeftOut[]
  /** Sentences for people. */
  readonly warnings: readonly string[]
}

/** The effect of no calendar. */
export const noEffect: CalendarEffect = { left_out: [], warnings: [] }

/**
 * Tells what a calendar does to a schedule: which times it leaves out, and warns where it leaves none for a year, or lists no days
 * for the last of the times.
 * @param from now in ms, as given to `upcoming`
 * @param times the result of `upcoming`
 */
export function calendarEffect(
  schedule: Schedule,
  from: number,
  times: readonly string[],
  use: CalendarUse | undefined,
): CalendarEffect {
  const recurrence = recurrenceOf(schedule)
  if (!use || recurrence.kind !== 'cron') return noEffect
  const first = Date.parse(times[0] ?? '')
  const last = times.length === 0 ? from + yearMs : Date.parse(times.at(-1) as string)
  const { cron, time_zone } = recurrence
  const { lastDay } = use.calendar
  return {
    left_out: leftOut(cron, time_zone, from, last, use),
    warnings: [
      ...(first - from <= yearMs ? [] : ['The calendar leaves no run in the next year.']),
      ...(lastDay === undefined || lastDay * dayMs + dayMs > last
        ? []
        : [`The calendar lists days up to ${dayText(lastDay)}; after that only its weekend is closed.`]),
    ],
  }
}

import type ical from 'ical.js'
import { type CalendarDay, dayNumber, dayText } from './calendar.ts'
import { type Recurrence, yearlyDays } from './yearly-rule.ts'

type Ical = typeof ical
type Component = InstanceType<Ical['Component']>
type Property = InstanceType<Ical['Property']>
type Recur = InstanceType<Ical['Recur']>

/** How many years ahead rules are followed. */
const yearsAhead = 10
/** The longest event that is read, in days. */
const longestEvent = 366
/** How many lines of what was left out are listed. */
const leftOutAtMost = 100
/** The longest note of a day; the constraint `calendar_day_note_length` has the same number. */
export const maxNoteLength = 200

/** What a calendar file says. */
export interface IcsDays {
  /** The closed days in ascending order, each once. */
  readonly days: CalendarDay[]
  /** What was left out, and why: a line for each event, at most 100. */
  readonly leftOut: string[]
}

/** A text that is not a calendar file. The message is a clause that follows its name. */
export class IcsError extends Error {}

/**
 * Reads the whole-day events of a calendar file (iCalendar, RFC 5545) as closed days, with their titles as notes. Rules that
 * repeat yearly are followed for ten years.
 * @param today such as 2026-11-29: days before the first of January of the year before are left out
 * @throws IcsError
 */
export async function readIcs(text: string, today: string): Promise<IcsDays> {
  const { default: ical } = await import('ical.js')
  const events = componentOf(ical, text).getAllSubcomponents('vevent')
  const year = Number(today.slice(0, 4))
  const first = dayNumber(`${year - 1}-01-01`)
  const last = dayNumber(`${year + yearsAhead}${today.slice(4, 8)}01`) + 30
  const found = new Map<number, CalendarDay>()
  const leftOut: string[] = []
  let before = 0
  for (const event of events) {
    const note = noteOf(event)
    const read = readEvent(event, last)
    for (const reason of read.problems) leftOut.push(`${note ?? 'an event without a title'}: ${reason}`)
    if (read.starts.length > 0 && read.starts.every((start) => start + read.length <= first)) before++
    for (const start of read.starts)
      for (let day = Math.max(start, first); day < start + read.length && day <= last; day++)
        if (!found.has(day)) found.set(day, { day: dayText(day), kind: 'closed', note })
  }
  if (before > 0) leftOut.push(`${before} ${before === 1 ? 'event' : 'events'} before ${dayText(first)}`)
  const days = [...found].sort(([one], [other]) => one - other).map(([, day]) => day)
  return { days, leftOut: shortened(leftOut) }
}

function shortened(lines: string[]): string[] {
  if (lines.length <= leftOutAtMost) return lines
  return [...lines.slice(0, leftOutAtMost - 1), `${lines.length - leftOutAtMost + 1} more`]
}

/** @throws IcsError */
function componentOf(ical: Ical, text: string): Component {
  const expected = 'must be a calendar file, which begins with BEGIN:VCALENDAR'
  if (!/^\uFEFF?\s*BEGIN:VCALENDAR\s/i.test(text)) throw new IcsError(expected)
  let parsed: unknown
  try {
    parsed = ical.parse(text.replace(/^\uFEFF?\s*/, ''))
  } catch (error) {
    throw new IcsError(`${expected} and is whole: ${(error as Error).message}`)
  }
  // Several calendars in one text are parsed as a list.
  const [one, ...others] = (Array.isArray((parsed as unknown[])[0]) ? parsed : [parsed]) as unknown[]
  if (others.length > 0) throw new IcsError('must have one calendar, but has several: give one of them')
  return new ical.Component(one as unknown[])
}

function noteOf(event: Component): string | null {
  const text = event.getFirstPropertyValue('summary')
  const note =
    typeof text === 'string'
      ? text
          .toWellFormed()
          .replace(/[\p{Cc}\s]+/gu, ' ')
          .trim()
      : ''
  return note === '' ? null : [...note].slice(0, maxNoteLength).join('')
}

interface EventDays {
  /** The first days of its repetitions. */
  readonly starts: number[]
  /** How many days each takes. */
  readonly length: number
  readonly problems: string[]
}

const nothing = (problem: string): EventDays => ({ starts: [], length: 0, problems: [problem] })

function readEvent(event: Component, last: number): EventDays {
  const start = event.getFirstProperty('dtstart')
  if (!start) return nothing('it has no start')
  if (start.type !== 'date') return nothing('it has a time of day, and only whole days are read')
  const [first] = daysOf(start)
  if (first === undefined) return nothing('its start is not a day that exists')
  if (event.getFirstPropertyValue('recurrence-id') !== null)
    return nothing('it changes one repetition of another event, which is not read')
  if (String(event.getFirstPropertyValue('status')).toUpperCase() === 'CANCELLED') return nothing('it is cancelled')
  const length = lengthOf(event, first)
  if (!(length >= 1 && length <= longestEvent)) return nothing(`it must last 1 to ${longestEvent} whole days`)

  const problems: string[] = []
  const starts = new Set([first])
  for (const rule of event.getAllProperties('rrule')) {
    const days = yearlyDays(first, toRecurrence(rule.getFirstValue() as Recur), last)
    if (typeof days === 'string') problems.push(`it ${days}; only its first day is taken`)
    else for (const day of days) starts.add(day)
  }
  const listed = (name: string, take: (day: number) => void) => {
    for (const day of event.getAllProperties(name).flatMap(daysOf)) {
      if (day === undefined) problems.push(`its ${name.toUpperCase()} has what is not a whole day, and it is left out`)
      else take(day)
    }
  }
  listed('rdate', (day) => starts.add(day))
  listed('exdate', (day) => starts.delete(day))
  return { starts: [...starts], length, problems }
}

/** Returns how many days an event takes. Its end is the day behind the last. */
function lengthOf(event: Component, first: number): number {
  const end = event.getFirstProperty('dtend')
  if (end) return Math.max(1, (daysOf(end)[0] ?? Number.NaN) - first)
  const duration = event.getFirstPropertyValue('duration') as { toSeconds(): number } | null
  return duration === null ? 1 : Math.ceil(duration.toSeconds() / 86_400)
}

/** Returns the days of a property as numbers since 1970; undefined for what is not a day, or one that does not exist. */
function daysOf(property: Property): (number | undefined)[] {
  // Its values as they were written: those that the library gives have 45 January as 14 February.
  const values = property.toJSON().slice(3) as unknown[]
  return values.map((value) => (property.type === 'date' && typeof value === 'string' ? dayOf(value) : undefined))
}

/** Returns the number of a day since 1970; undefined for one that does not exist. @param text such as 2026-12-25 */
function dayOf(text: string): number | undefined {
  const number = dayNumber(text)
  return Number.isNaN(number) || dayText(number) !== text ? undefined : number
}

function toRecurrence({ freq, interval, count, until, parts }: Recur): Recurrence {
  return {
    freq,
    interval: Math.max(1, interval),
    count: count ?? null,
    until: until ? (dayOf(String(until).slice(0, 10)) ?? null) : null,
    parts: Object.fromEntries(
      Object.entries(parts).map(([name, values]) => [name, [values].flat() as (number | string)[]]),
    ),
  }
}

import { invalid } from '../http/errors.ts'
import { type CalendarDay, dayText } from '../schedule/calendar.ts'
import { IcsError, readIcs } from '../schedule/ics.ts'
import { type CalendarPut, maxDays, weekdayNames } from './model.ts'
import type { NewCalendar } from './writes.ts'

const dayMs = 86_400_000

/** Closed weekdays, unless they are given: Sunday and Saturday. */
const usualWeekend = [0, 6]

/** A calendar as a request describes it, and what of its calendar file was left out. */
interface ReadCalendar {
  readonly calendar: NewCalendar
  readonly leftOut: readonly string[]
}

/**
 * Reads the body that sets a calendar.
 * @param now in ms
 * @throws ApiError 400 for a text that is not a calendar file, a day that is given twice, and more days than a calendar may list
 */
export async function toCalendar(
  name: string,
  { weekend, ics, days = [] }: CalendarPut,
  now: number,
): Promise<ReadCalendar> {
  const file = ics ? await readFile(ics, now) : { days: [], leftOut: [] }
  const all = new Map(file.days.map((one) => [one.day, one]))
  const given = new Map<string, number>()
  for (const [index, { day, kind = 'closed', note = null }] of days.entries()) {
    const first = given.get(day)
    if (first !== undefined)
      throw invalid([{ path: `/days/${index}/day`, message: `is given twice: ${day} is also at /days/${first}` }])
    given.set(day, index)
    all.set(day, { day, kind, note })
  }
  if (all.size > maxDays)
    throw invalid([
      { path: '/ics', message: `must have, with days, at most ${maxDays} days, but there are ${all.size}` },
    ])
  return {
    calendar: {
      name,
      weekend: weekend
        ? weekend.map((weekday) => weekdayNames.indexOf(weekday)).sort((one, other) => one - other)
        : usualWeekend,
      days: [...all.values()].sort((one, other) => (one.day < other.day ? -1 : 1)),
    },
    leftOut: file.leftOut,
  }
}

async function readFile(text: string, now: number): Promise<{ days: CalendarDay[]; leftOut: string[] }> {
  try {
    return await readIcs(text, dayText(Math.floor(now / dayMs)))
  } catch (error) {
    if (error instanceof IcsError) throw invalid([{ path: '/ics', message: error.message }])
    throw error
  }
}

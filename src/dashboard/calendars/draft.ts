import type { CalendarDay, CalendarPut, Weekday, WholeCalendar } from '../client/calendars.ts'
import { dayAfter, weekdays } from './day-words.ts'

/** A calendar as the form holds it. */
export interface CalendarDraft {
  readonly name: string
  readonly weekend: readonly Weekday[]
  /** In ascending order, each day once. */
  readonly days: readonly CalendarDay[]
}

/** The form of a new calendar. */
export const emptyDraft: CalendarDraft = { name: '', weekend: ['saturday', 'sunday'], days: [] }

/** The form of a calendar. */
export const draftOf = ({ name, weekend, days }: WholeCalendar): CalendarDraft => ({
  name,
  weekend: weekdays.filter((weekday) => weekend.includes(weekday)),
  days,
})

/** The whole calendar that the form says. */
export const bodyOf = ({ weekend, days }: CalendarDraft): CalendarPut => ({ weekend: [...weekend], days: [...days] })

/** Adds days to others. One that is there already is replaced. */
export function withDays(days: readonly CalendarDay[], more: readonly CalendarDay[]): CalendarDay[] {
  const all = new Map([...days, ...more].map((one) => [one.day, one]))
  return [...all.values()].sort((one, other) => (one.day < other.day ? -1 : 1))
}

/** Reads a day such as 2026-12-25. @returns undefined for a text that is none, and for a day that does not exist */
export function readDay(text: string): string | undefined {
  const [, year, month = '', day = ''] = /^\s*(\d{4})-(\d\d?)-(\d\d?)\s*$/.exec(text) ?? []
  if (year === undefined) return undefined
  const read = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  const time = Date.parse(`${read}T00:00:00Z`)
  return Number.isFinite(time) && new Date(time).toISOString().startsWith(read) ? read : undefined
}

/** For how many years a day that comes again each year is entered. */
export const yearsAhead = 10

/** The days from one to another, both included, and the same of the next nine years if they come again each year. */
export function daysBetween(first: string, last: string, isYearly: boolean): string[] {
  const days: string[] = []
  for (let day = first; day <= last; day = dayAfter(day)) days.push(day)
  if (!isYearly) return days
  const inYear = (day: string, more: number) =>
    readDay(`${String(Number(day.slice(0, 4)) + more).padStart(4, '0')}${day.slice(4)}`) ?? []
  return Array.from({ length: yearsAhead }, (_, more) => days.flatMap((day) => inYear(day, more))).flat()
}

/** What makes two lists of days differ. */
export interface DayChanges {
  readonly added: readonly CalendarDay[]
  readonly removed: readonly CalendarDay[]
  /** Of another kind or with another note, as they are afterwards. */
  readonly changed: readonly CalendarDay[]
}

/** Compares two lists of days. */
export function changesOf(before: readonly CalendarDay[], after: readonly CalendarDay[]): DayChanges {
  const [old, now] = [before, after].map((days) => new Map(days.map((one) => [one.day, one]))) as [
    Map<string, CalendarDay>,
    Map<string, CalendarDay>,
  ]
  return {
    added: after.filter(({ day }) => !old.has(day)),
    removed: before.filter(({ day }) => !now.has(day)),
    changed: after.filter(({ day, kind, note }) => {
      const one = old.get(day)
      return one !== undefined && (one.kind !== kind || one.note !== note)
    }),
  }
}

/** Days that were worked out from a list, with what was changed of that list meanwhile. @param before the list @param now what it is now */
export function withMeanwhile(
  days: readonly CalendarDay[],
  before: readonly CalendarDay[],
  now: readonly CalendarDay[],
): CalendarDay[] {
  const { added, removed, changed } = changesOf(before, now)
  const gone = new Set(removed.map(({ day }) => day))
  return withDays(
    days.filter(({ day }) => !gone.has(day)),
    [...added, ...changed],
  )
}

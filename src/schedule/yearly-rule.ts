import { daysInMonth } from './day-rules.ts'

const dayMs = 86_400_000
const weekdays = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA']
const known = new Set(['BYMONTH', 'BYMONTHDAY', 'BYDAY'])

/** A recurrence rule of iCalendar (RFC 5545), taken apart. */
export interface Recurrence {
  /** `YEARLY` and others. */
  readonly freq: string
  readonly interval: number
  readonly count: number | null
  /** The last day, as its number since 1970; null for none. */
  readonly until: number | null
  /** Its BY parts: `{ BYMONTH: [11], BYDAY: ['4TH'] }`. */
  readonly parts: Readonly<Record<string, readonly (number | string)[]>>
}

/**
 * Lists the days of a yearly rule: the same date of each year, a date by BYMONTH and BYMONTHDAY, or a weekday of a month by BYMONTH
 * and BYDAY. A date that a year does not have is left out of it. The first day is always one of them.
 * @param first the first day; it and `last` are numbers since 1970
 * @returns the days up to `last`, or why the rule cannot be read
 */
export function yearlyDays(first: number, rule: Recurrence, last: number): number[] | string {
  const { freq, interval, count, until, parts } = rule
  if (freq !== 'YEARLY') return `repeats by ${freq}, and only yearly rules are read`
  const unknown = Object.keys(parts).find((part) => !known.has(part))
  if (unknown !== undefined) return `repeats by a rule with ${unknown}, which is not read`
  const start = new Date(first * dayMs)
  const { BYMONTH: months, BYMONTHDAY: dates, BYDAY: byDay } = parts
  if (byDay && (!months || dates)) return 'repeats by a rule with BYDAY, which is read only beside BYMONTH'
  if (dates && !months) return 'repeats by a rule with BYMONTHDAY, which is read only beside BYMONTH'
  const nth = byDay?.map((text) => /^([+-]?[1-5])(SU|MO|TU|WE|TH|FR|SA)$/.exec(String(text)))
  if (nth?.some((found) => found === null)) return 'repeats by every week of a month, which is not read'
  const end = Math.min(last, until ?? last)
  const days: number[] = []
  for (let year = start.getUTCFullYear(); Date.UTC(year, 0) / dayMs <= end; year += interval) {
    const ofYear = (months ?? [start.getUTCMonth() + 1]).flatMap((month) => {
      const at = Number(month) - 1
      if (nth)
        return nth.map((found) => weekdayOfMonth(year, at, Number(found?.[1]), weekdays.indexOf(found?.[2] ?? '')))
      return (dates ?? [start.getUTCDate()]).map((date) => dateOfMonth(year, at, Number(date)))
    })
    const sorted = ofYear.filter((day) => day !== undefined).sort((one, other) => one - other)
    for (const day of sorted) {
      if (day < first || day > end) continue
      if (days.length === 0 && day > first) days.push(first)
      if (days.length === count) return days
      days.push(day)
    }
  }
  return days.length === 0 ? [first] : days
}

/** Returns a date of a month, counted from its end if it is negative; undefined if the month does not have it. */
function dateOfMonth(year: number, month: number, date: number): number | undefined {
  const length = daysInMonth(year, month)
  const day = date < 0 ? length + 1 + date : date
  return day >= 1 && day <= length ? Date.UTC(year, month, day) / dayMs : undefined
}

/** Returns the nth weekday of a month, counted from its end if `nth` is negative; undefined if the month does not have it. */
function weekdayOfMonth(year: number, month: number, nth: number, weekday: number): number | undefined {
  const length = daysInMonth(year, month)
  const edge = nth > 0 ? 1 : length
  const weekdayOfEdge = new Date(Date.UTC(year, month, edge)).getUTCDay()
  const distance = nth > 0 ? (weekday - weekdayOfEdge + 7) % 7 : -((weekdayOfEdge - weekday + 7) % 7)
  const date = edge + distance + 7 * (nth > 0 ? nth - 1 : nth + 1)
  return date >= 1 && date <= length ? Date.UTC(year, month, date) / dayMs : undefined
}

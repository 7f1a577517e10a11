import type { CalendarDay } from '../client/calendars.ts'
import { type DaySpan, dayAfter } from './day-words.ts'

/** Days of one month. */
export interface DayMonth {
  /** Such as 2026-12. */
  readonly month: string
  readonly spans: readonly DaySpan[]
}

/** Days of one year. */
export interface DayYear {
  readonly year: string
  readonly months: readonly DayMonth[]
}

/** Joins days in a row that are of one month and of one kind, and have one note. @param days in ascending order */
export function spansOf(days: readonly CalendarDay[]): DaySpan[] {
  const spans: DaySpan[] = []
  for (const { day, kind, note } of days) {
    const before = spans.at(-1)
    const goesOn =
      before?.kind === kind &&
      before.note === note &&
      dayAfter(before.last) === day &&
      before.last.slice(0, 7) === day.slice(0, 7)
    if (before && goesOn) spans[spans.length - 1] = { ...before, last: day }
    else spans.push({ first: day, last: day, kind, note })
  }
  return spans
}

/** Groups days by year and month. @param days in ascending order */
export function yearsOf(days: readonly CalendarDay[]): DayYear[] {
  const grouped = Map.groupBy(spansOf(days), ({ first }) => first.slice(0, 7))
  const months = [...grouped].map(([month, spans]) => ({ month, spans }))
  return [...Map.groupBy(months, ({ month }) => month.slice(0, 4))].map(([year, months]) => ({ year, months }))
}

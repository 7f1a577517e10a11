import type { CalendarDay, ListedCalendar, Weekday } from '../client/calendars.ts'
import { serverNow } from '../client/server-clock.ts'
import { toShownInput } from '../format/format-time.ts'
import { counted } from '../format/labels.ts'

const dayMs = 86_400_000
/** How many days before the last day of a calendar one is told so, as in the overview. */
const warnedDays = 30

/** Weekdays in the order in which forms and sentences name them. */
export const weekdays = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
] as const satisfies readonly Weekday[]

/** With its first letter as a capital. */
export const weekdayName = (weekday: Weekday): string => weekday.replace(/^./, (letter) => letter.toUpperCase())

/** `closed on Saturdays and Sundays`. */
export function weekendWords(weekend: readonly Weekday[]): string {
  const closed = weekdays.filter((weekday) => weekend.includes(weekday)).map((weekday) => `${weekdayName(weekday)}s`)
  if (closed.length === 0) return 'no closed weekday'
  if (closed.length === weekdays.length) return 'closed on all weekdays'
  return `closed on ${closed.join(', ').replace(/, (?=[^,]*$)/, ' and ')}`
}

const inUtc = (options: Intl.DateTimeFormatOptions) => {
  const format = new Intl.DateTimeFormat('en-GB', { ...options, timeZone: 'UTC' })
  return (day: string) => format.format(new Date(`${day}T00:00:00Z`))
}

/** `31 Dec 2027`. @param day such as 2027-12-31 */
export const dayLabel = inUtc({ day: 'numeric', month: 'short', year: 'numeric' })
/** `Fri`. */
const weekdayShort = inUtc({ weekday: 'short' })
/** `December`. */
export const monthName = inUtc({ month: 'long' })

/** `Fri 25`. */
const dayOfMonth = (day: string) => `${weekdayShort(day)} ${Number(day.slice(8))}`

/** Days in a row of one month, of one kind and with one note. */
export interface DaySpan {
  readonly first: string
  readonly last: string
  readonly kind: CalendarDay['kind']
  readonly note: string | null
}

/** `Fri 25`, `Wed 23 – Thu 31`. */
export const spanLabel = ({ first, last }: Pick<DaySpan, 'first' | 'last'>): string =>
  first === last ? dayOfMonth(first) : `${dayOfMonth(first)} – ${dayOfMonth(last)}`

/** `25 Dec 2026`, `23 Dec 2026 to 31 Dec 2026`. */
export const spanWords = ({ first, last }: Pick<DaySpan, 'first' | 'last'>): string =>
  first === last ? dayLabel(first) : `${dayLabel(first)} to ${dayLabel(last)}`

/** Today, as the reader's clock says: 2026-11-30. */
export const today = (): string => toShownInput(new Date(serverNow()).toISOString()).slice(0, 10)

/** The day behind a day. */
export const dayAfter = (day: string): string => new Date(Date.parse(day) + dayMs).toISOString().slice(0, 10)

/** When the days of a calendar end, and whether its tasks will soon, or do, run on holidays that nobody has entered. */
export function endOf({ last_day, task_count }: Pick<ListedCalendar, 'last_day' | 'task_count'>): {
  readonly words: string
  readonly isNear: boolean
} {
  if (last_day === null) return { words: '', isNear: false }
  const left = Math.round((Date.parse(last_day) - Date.parse(today())) / dayMs)
  if (left >= warnedDays) return { words: '', isNear: false }
  const isNear = task_count > 0
  if (left === 0) return { words: 'ends today', isNear }
  return { words: left > 0 ? `ends in ${counted(left, 'day')}` : `ended ${counted(-left, 'day')} ago`, isNear }
}

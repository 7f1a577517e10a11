/** Days of a month that no list of numbers names, because they differ from month to month. */
export interface DayRules {
  /** Days before the last one of the month: 0 for `L`, 2 for `L-2`. */
  readonly beforeLast: readonly number[]
  /** Days whose nearest weekday from Monday to Friday in the same month is meant: 15 for `15W`. */
  readonly nearest: readonly number[]
  /** True for `LW`: the last Monday to Friday of the month. */
  readonly lastWorkday: boolean
  /** Weekdays (0 is Sunday) of which the last one of the month is meant: 5 for `5L` and `FRIL`. */
  readonly lastWeekdays: readonly number[]
  /** Weekdays of which the first to fifth one of the month is meant: weekday 1, nth 2 for `MON#2`. */
  readonly nthWeekdays: readonly { readonly weekday: number; readonly nth: number }[]
}

/** Reports whether the UTC day of a date is one of the days of the month: `L`, `L-2`, `15W`, `LW`. */
export function isDayOfMonth(rules: DayRules, date: Date): boolean {
  const day = date.getUTCDate()
  const last = daysInMonth(date.getUTCFullYear(), date.getUTCMonth())
  if (rules.beforeLast.includes(last - day)) return true
  const weekday = date.getUTCDay()
  if (weekday === 0 || weekday === 6) return false
  const weekdayOf = (other: number) => (((weekday + other - day) % 7) + 7) % 7
  const isNearest = (meant: number) => meant <= last && nearestWorkday(meant, weekdayOf(meant), last) === day
  return rules.nearest.some(isNearest) || (rules.lastWorkday && nearestWorkday(last, weekdayOf(last), last) === day)
}

/** Reports whether the UTC day of a date is one of the weekdays of its month: `FRIL`, `MON#2`. */
export function isNthWeekday({ lastWeekdays, nthWeekdays }: DayRules, date: Date): boolean {
  const day = date.getUTCDate()
  const weekday = date.getUTCDay()
  if (nthWeekdays.some((one) => one.weekday === weekday && one.nth === Math.ceil(day / 7))) return true
  return lastWeekdays.includes(weekday) && day + 7 > daysInMonth(date.getUTCFullYear(), date.getUTCMonth())
}

/** Returns the Monday to Friday that is nearest to a day of the month, in the same month. */
function nearestWorkday(day: number, weekday: number, last: number): number {
  if (weekday === 6) return day === 1 ? 3 : day - 1
  if (weekday === 0) return day === last ? day - 2 : day + 1
  return day
}

const lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** Returns the number of days of a month. @param month 0 is January */
export function daysInMonth(year: number, month: number): number {
  if (month !== 1) return lengths[month] as number
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
}

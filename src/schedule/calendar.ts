const dayMs = 86_400_000

/**
 * What a calendar does to the slots of a cron schedule. `skip`: none on closed days. `next` and `previous`: those of closed days
 * move to the next or the previous open day. `only_closed`: only those of closed days.
 */
export const calendarRules = ['skip', 'next', 'previous', 'only_closed'] as const

export type CalendarRule = (typeof calendarRules)[number]

/** The most days in a row over which a slot moves: a slot that would have to move further is skipped. */
export const movedDays = 366

/** A day that is not as the weekend says. */
export interface CalendarDay {
  /** Such as 2026-12-25. */
  readonly day: string
  readonly kind: 'closed' | 'open'
  readonly note: string | null
}

/** Returns the number of a day since 1970. @param day such as 2026-12-25 */
export const dayNumber = (day: string) => Date.parse(`${day}T00:00:00Z`) / dayMs

/** Returns a day as a text. @param day its number since 1970 */
export const dayText = (day: number) => new Date(day * dayMs).toISOString().slice(0, 10)

/** Returns the weekday of a day: 0 is Sunday. @param day its number since 1970 */
const weekdayOf = (day: number) => (((day + 4) % 7) + 7) % 7

/**
 * Which days are open. It does not change. Days are those of the clocks that a schedule goes by, as numbers since 1970: 25
 * December is closed in whatever time zone a task is.
 */
export class Calendar {
  readonly #days: ReadonlyMap<number, CalendarDay>
  readonly #weekend: ReadonlySet<number>
  /** The last day that is not as the weekend says; undefined if there is none. */
  readonly lastDay: number | undefined

  /** @param weekend closed weekdays: 0 is Sunday */
  constructor(weekend: readonly number[], days: readonly CalendarDay[]) {
    this.#weekend = new Set(weekend)
    this.#days = new Map(days.map((one) => [dayNumber(one.day), one]))
    this.lastDay = days.length === 0 ? undefined : [...this.#days.keys()].reduce((one, other) => Math.max(one, other))
  }

  isOpen(day: number): boolean {
    const found = this.#days.get(day)
    return found === undefined ? !this.#weekend.has(weekdayOf(day)) : found.kind === 'open'
  }

  /** Returns the note of a day that the calendar lists; null without one. */
  noteOf(day: number): string | null {
    return this.#days.get(day)?.note ?? null
  }

  /** Returns the first day from `from` to before `behind` that is open, or closed; undefined if there is none. */
  nextDay(isOpen: boolean, from: number, behind: number): number | undefined {
    // After the last day of the list a week shows all that can come.
    const end = Math.min(behind, Math.max(from, (this.lastDay ?? from) + 1) + 7)
    for (let day = from; day < end; day++) if (this.isOpen(day) === isOpen) return day
    return undefined
  }

  /** Returns the open day to which slots of a closed day move; undefined if it is more than 366 days away. */
  movedTo(day: number, rule: 'next' | 'previous'): number | undefined {
    const step = rule === 'next' ? 1 : -1
    for (let distance = 1; distance <= movedDays; distance++)
      if (this.isOpen(day + step * distance)) return day + step * distance
    return undefined
  }

  /** Lists the closed days whose slots move to a day: none for a closed day. */
  movedFrom(day: number, rule: CalendarRule): number[] {
    if ((rule !== 'next' && rule !== 'previous') || !this.isOpen(day)) return []
    const step = rule === 'next' ? -1 : 1
    const days: number[] = []
    for (let from = day + step; days.length < movedDays && !this.isOpen(from); from += step) days.push(from)
    return days
  }
}

/** A calendar, and what it does to the slots of a schedule. */
export interface CalendarUse {
  readonly calendar: Calendar
  readonly rule: CalendarRule
}

/** Reports whether slots of a day stay on it. */
export const isOwnDay = ({ calendar, rule }: CalendarUse, day: number) =>
  calendar.isOpen(day) === (rule !== 'only_closed')

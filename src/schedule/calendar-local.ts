import { type CalendarUse, isOwnDay } from './calendar.ts'
import { isDay, nextLocal } from './next-local.ts'
import type { Pattern } from './pattern.ts'

const minuteMs = 60_000
const hourMs = 3_600_000
const dayMs = 86_400_000

/**
 * Returns the first local time of a pattern on a day on which its calendar leaves its slots, later than `after` and earlier than
 * `before`; local times are in ms as if they were UTC. Without a calendar it leaves all.
 */
export function nextOwn(
  pattern: Pattern,
  use: CalendarUse | undefined,
  after: number,
  before: number,
): number | undefined {
  if (!use) return nextLocal(pattern, after, before)
  const behind = Math.ceil(before / dayMs)
  for (let from = after; ; ) {
    const local = nextLocal(pattern, from, before)
    if (local === undefined) return undefined
    const day = Math.floor(local / dayMs)
    if (isOwnDay(use, day)) return local
    const next = use.calendar.nextDay(use.rule !== 'only_closed', day + 1, behind)
    if (next === undefined) return undefined
    from = next * dayMs - 1
  }
}

/** Returns the first local time, as `nextOwn`, to which a calendar moves a slot of a closed day. */
export function nextMoved(pattern: Pattern, use: CalendarUse, after: number, before: number): number | undefined {
  const behind = Math.ceil(before / dayMs)
  for (let from = Math.floor(after / dayMs); ; ) {
    const day = nextReceivingDay(use, from, behind)
    if (day === undefined) return undefined
    if (use.calendar.movedFrom(day, use.rule).some((closed) => isDayOf(pattern, closed))) {
      const time = firstTimeOfDay(pattern, after - day * dayMs)
      if (time !== undefined) return day * dayMs + time < before ? day * dayMs + time : undefined
    }
    from = day + 1
  }
}

/** Returns the first open day from `from` to before `behind` that stands beside closed ones whose slots move to it. */
function nextReceivingDay({ calendar, rule }: CalendarUse, from: number, behind: number): number | undefined {
  if (rule === 'next') {
    const closed = calendar.nextDay(false, from - 1, behind)
    return closed === undefined ? undefined : calendar.nextDay(true, closed + 1, behind)
  }
  const open = calendar.nextDay(true, from, behind)
  const closed = open === undefined ? undefined : calendar.nextDay(false, open + 1, behind + 1)
  return closed === undefined ? undefined : closed - 1
}

/** Reports whether a pattern has times on a day. @param day its number since 1970 */
function isDayOf(pattern: Pattern, day: number): boolean {
  const date = new Date(day * dayMs)
  return pattern.months.includes(date.getUTCMonth() + 1) && isDay(pattern, date)
}

/** Returns the first time of day of a pattern that is later than `after`; both in ms since midnight. */
function firstTimeOfDay({ hours, minutes, seconds = [0] }: Pattern, after: number): number | undefined {
  for (const hour of hours) {
    if ((hour + 1) * hourMs <= after) continue
    for (const minute of minutes)
      for (const second of seconds) {
        const time = hour * hourMs + minute * minuteMs + second * 1000
        if (time > after) return time
      }
  }
  return undefined
}

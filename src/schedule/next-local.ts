import { isDayOfMonth, isNthWeekday } from './day-rules.ts'
import { isDayOfInterval, nextOfInterval } from './local-interval.ts'
import type { Pattern } from './pattern.ts'

const minuteMs = 60_000

/**
 * Returns the first local time of a pattern later than `after` and earlier than `before`; local times are in ms as if
 * they were UTC.
 */
export function nextLocal(pattern: Pattern, after: number, before: number): number | undefined {
  if (pattern.interval) return nextOfInterval(pattern.interval, after, before)
  if (pattern.seconds) return nextSecond(pattern, pattern.seconds, after, before)
  return nextMinute(pattern, after, before)
}

/** Returns the first local time of a pattern that is due at the start of minutes. */
function nextMinute(pattern: Pattern, after: number, before: number): number | undefined {
  const at = new Date((Math.floor(after / minuteMs) + 1) * minuteMs)
  while (at.getTime() < before) {
    if (!pattern.months.includes(at.getUTCMonth() + 1)) at.setUTCMonth(at.getUTCMonth() + 1, 1)
    else {
      const minutes = isDay(pattern, at) ? timeOfDay(pattern, at.getUTCHours() * 60 + at.getUTCMinutes()) : undefined
      if (minutes !== undefined) {
        const local = at.setUTCHours(0, minutes)
        return local < before ? local : undefined
      }
      at.setUTCDate(at.getUTCDate() + 1)
    }
    at.setUTCHours(0, 0)
  }
  return undefined
}

/** Returns the first local time of a pattern with seconds: in the minute of `after`, or in the next minute of the pattern. */
function nextSecond(pattern: Pattern, seconds: readonly number[], after: number, before: number): number | undefined {
  const minute = nextMinute(pattern, Math.floor(after / minuteMs) * minuteMs - 1, before)
  if (minute === undefined) return undefined
  const inMinute = (start: number) => {
    const second = seconds.find((second) => start + second * 1000 > after)
    return second === undefined ? undefined : start + second * 1000
  }
  let local = inMinute(minute)
  if (local === undefined) {
    const next = nextMinute(pattern, minute, before)
    local = next === undefined ? undefined : inMinute(next)
  }
  return local !== undefined && local < before ? local : undefined
}

/** Reports whether a pattern matches the UTC day of a date. The caller has checked the month. */
export function isDay(pattern: Pattern, date: Date): boolean {
  const { days, weekdays, eitherDay, rules } = pattern
  if (pattern.interval) return isDayOfInterval(pattern.interval, date)
  const isOfMonth = days.includes(date.getUTCDate()) || (rules !== undefined && isDayOfMonth(rules, date))
  const isOfWeek = weekdays.includes(date.getUTCDay()) || (rules !== undefined && isNthWeekday(rules, date))
  return eitherDay ? isOfMonth || isOfWeek : isOfMonth && isOfWeek
}

/** Returns the first time of day of a pattern that is not before `earliest`; both in minutes since midnight. */
function timeOfDay({ hours, minutes }: Pattern, earliest: number): number | undefined {
  for (const hour of hours) {
    const minute = minutes.find((minute) => hour * 60 + minute >= earliest)
    if (minute !== undefined) return hour * 60 + minute
  }
  return undefined
}

import type { Pattern } from './pattern.ts'

const minuteMs = 60_000

/**
 * Returns the first local time of a pattern later than `after` and earlier than `before`; local times are in ms as if
 * they were UTC.
 */
export function nextLocal(pattern: Pattern, after: number, before: number): number | undefined {
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

/** Reports whether a pattern matches the UTC day of a date. The caller has checked the month. */
export function isDay({ days, weekdays, eitherDay }: Pattern, date: Date): boolean {
  const isOfMonth = days.includes(date.getUTCDate())
  const isOfWeek = weekdays.includes(date.getUTCDay())
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

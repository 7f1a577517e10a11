import { yearsAfter } from './cron-next.ts'
import { nextLocal } from './next-local.ts'
import type { Pattern } from './pattern.ts'
import { cachedPattern } from './pattern-cache.ts'
import { type Span, spanAt } from './zone.ts'

const dayMs = 86_400_000

/** A cron schedule. */
interface CronSchedule {
  /** A valid pattern, see `cronProblem`. */
  readonly cron: string
  /** A name returned by `findTimeZone`. */
  readonly time_zone: string
}

/**
 * Reports whether two cron schedules are due at the same times although they are written differently: `MON` and `1`,
 * `0-59/15` and `0,15,30,45`, `Asia/Calcutta` and `Asia/Kolkata`. `*` in minute or hour equals the list of its values if no
 * clock change in the next ten years affects a time of the pattern.
 * @param now in ms
 * @throws PatternError for an invalid pattern, RangeError for an unknown zone
 */
export function sameTimes(one: CronSchedule, other: CronSchedule, now: number): boolean {
  if (!isSameZone(one.time_zone, other.time_zone)) return false
  if (one.cron === other.cron) return true
  const [first, second] = [cachedPattern(one.cron), cachedPattern(other.cron)]
  if (canonical(first) !== canonical(second)) return false
  return first.hasWildcard === second.hasWildcard || !isAffectedByClockChange(first, one.time_zone, now)
}

/** Returns a text that is equal for patterns that match the same local times. */
function canonical({ minutes, hours, days, months, weekdays, eitherDay }: Pattern): string {
  const [everyDate, everyWeekday] = [days.length === 31, weekdays.length === 7]
  // If a date has to match either field, one field with every day suffices; if it has to match both, both need every day.
  const isEveryDay = eitherDay ? everyDate || everyWeekday : everyDate && everyWeekday
  return JSON.stringify([minutes, hours, months, isEveryDay || { days, weekdays, eitherDay }])
}

/** Reports whether a clock change from one day ago to ten years ahead skips or repeats a local time of the pattern. */
function isAffectedByClockChange(pattern: Pattern, zone: string, now: number): boolean {
  const horizon = yearsAfter(now, 10)
  for (let span: Span = spanAt(zone, Math.floor(now - dayMs)); span.next && span.end <= horizon; span = span.next) {
    const [shown, next] = [span.end + span.offset, span.end + span.next.offset]
    if (nextLocal(pattern, Math.min(shown, next) - 1, Math.max(shown, next)) !== undefined) return true
  }
  return false
}

/** Reports whether two names denote one zone: the same name, or an alias. */
function isSameZone(one: string, other: string): boolean {
  if (one === other) return true
  try {
    const epoch = Temporal.Instant.fromEpochMilliseconds(0)
    return epoch.toZonedDateTimeISO(one).equals(epoch.toZonedDateTimeISO(other))
  } catch {
    // The runtime does not know zones that are newer than itself.
    return false
  }
}

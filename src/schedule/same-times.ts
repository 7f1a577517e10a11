import { yearsAfter } from './cron-next.ts'
import { nextLocal } from './next-local.ts'
import type { Pattern } from './pattern.ts'
import { cachedPatterns } from './pattern-cache.ts'
import { isReadable } from './readable.ts'
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
 * clock change in the next ten years affects a time of the pattern. False for others that cannot be read here.
 * @param now in ms
 */
export function sameTimes(one: CronSchedule, other: CronSchedule, now: number): boolean {
  if (!isSameZone(one.time_zone, other.time_zone)) return false
  if (one.cron === other.cron) return true
  if (!isReadable(one) || !isReadable(other)) return false
  const [first, second] = [byCanonical(one.cron), byCanonical(other.cron)]
  return (
    first.size === second.size &&
    [...first].every(([text, patterns]) => {
      const others = second.get(text)
      if (!others) return false
      if (wildcards(patterns) === wildcards(others)) return true
      return patterns.every((pattern) => !isAffectedByClockChange(pattern, one.time_zone, now))
    })
  )
}

/** Returns the patterns of a text by what is equal for those that match the same local times. */
const byCanonical = (cron: string) => Map.groupBy(cachedPatterns(cron), canonical)

/** Returns how patterns with the same local times behave when the clocks change. */
const wildcards = (patterns: readonly Pattern[]) =>
  `${patterns.some(({ hasWildcard }) => hasWildcard)} ${patterns.some(({ hasWildcard }) => !hasWildcard)}`

/** Returns a text that is equal for patterns that match the same local times. */
function canonical(pattern: Pattern): string {
  const { minutes, hours, days, months, weekdays, eitherDay, interval } = pattern
  const seconds = pattern.seconds ?? [0]
  if (interval) return JSON.stringify(interval)
  const rules = canonicalRules(pattern)
  const [everyDate, everyWeekday] = [days.length === 31, weekdays.length === 7]
  // If a date has to match either field, one field with every day suffices; if it has to match both, both need every day.
  const isEveryDay = eitherDay ? everyDate || everyWeekday : everyDate && everyWeekday
  return JSON.stringify([seconds, minutes, hours, months, isEveryDay || { days, weekdays, eitherDay, rules }])
}

/** Returns the days that differ from month to month in ascending order, each once. */
function canonicalRules({ rules }: Pattern) {
  if (!rules) return undefined
  const { lastWorkday } = rules
  const sorted = (values: readonly number[]) => [...new Set(values)].sort((one, other) => one - other)
  const [beforeLast, nearest, lastWeekdays] = [rules.beforeLast, rules.nearest, rules.lastWeekdays].map(sorted)
  const nthWeekdays = sorted(rules.nthWeekdays.map(({ weekday, nth }) => weekday * 10 + nth))
  return { beforeLast, nearest, lastWorkday, lastWeekdays, nthWeekdays }
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

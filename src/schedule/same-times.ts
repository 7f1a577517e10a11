import { nextLocal, yearsAfter } from './next-time.ts'
import { knownPattern, type Pattern } from './pattern.ts'
import { type Span, spanAt } from './zone.ts'

const dayMs = 86_400_000

/** A cron schedule: a pattern that `parseCron` takes, and a zone that `findTimeZone` gave. */
export interface CronSchedule {
  readonly cron: string
  readonly time_zone: string
}

/**
 * Whether two cron schedules come due at the same times, however they are spelled: `MON` and `1`, `0-59/15` and
 * `0,15,30,45`, `Asia/Calcutta` and `Asia/Kolkata`. A `*` in minute or hour and the list of its values are the same where no
 * clock change within ten years of `now` (ms) makes a difference between them.
 * @throws PatternError or RangeError for a pattern or a zone that is none
 */
export function sameTimes(one: CronSchedule, other: CronSchedule, now: number): boolean {
  if (!isSameZone(one.time_zone, other.time_zone)) return false
  if (one.cron === other.cron) return true
  const [first, second] = [knownPattern(one.cron), knownPattern(other.cron)]
  if (meaning(first) !== meaning(second)) return false
  return first.isWild === second.isWild || !meetsClockChange(first, one.time_zone, now)
}

function meaning({ minutes, hours, days, months, weekdays, eitherDay }: Pattern): string {
  const [everyDate, everyWeekday] = [days.length === 31, weekdays.length === 7]
  // Of two fields with "or" one that names every day is enough; of two with "and" it says nothing.
  const isEveryDay = eitherDay ? everyDate || everyWeekday : everyDate && everyWeekday
  return JSON.stringify([minutes, hours, months, isEveryDay || { days, weekdays, eitherDay }])
}

/** Whether a local time of the pattern falls into an hour that a clock change skips or repeats, from a day ago to ten years on. */
function meetsClockChange(pattern: Pattern, zone: string, now: number): boolean {
  const horizon = yearsAfter(now, 10)
  for (let span: Span = spanAt(zone, Math.floor(now - dayMs)); span.next && span.end <= horizon; span = span.next) {
    const [shown, next] = [span.end + span.offset, span.end + span.next.offset]
    if (nextLocal(pattern, Math.min(shown, next) - 1, Math.max(shown, next)) !== undefined) return true
  }
  return false
}

/** Whether two names stand for one zone: the same, or one an alias of the other. */
function isSameZone(one: string, other: string): boolean {
  if (one === other) return true
  try {
    const epoch = Temporal.Instant.fromEpochMilliseconds(0)
    return epoch.toZonedDateTimeISO(one).equals(epoch.toZonedDateTimeISO(other))
  } catch {
    // A zone that is younger than this runtime has no alias that it knows.
    return false
  }
}

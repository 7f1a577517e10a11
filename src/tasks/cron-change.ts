import { invalid } from '../http/errors.ts'
import { cronNext } from '../schedule/cron-next.ts'
import { kindOf } from '../schedule/kind.ts'
import { sameTimes } from '../schedule/same-times.ts'
import type { TaskChange } from './change.ts'
import type { StoredSchedule } from './queries.ts'
import { onlyForCron } from './schedule-input.ts'

/** Whether a change may need the next time of a cron pattern, which SQL cannot compute. */
export function needsCronTime(change: TaskChange): boolean {
  const { cron, time_zone, scheduled_at, status, ends_at, max_runs } = change
  if (kindOf(change) === 'interval' || cron === null) return false
  if (cron !== undefined || time_zone !== undefined || scheduled_at === null) return true
  // A task that has ended has no next time: if it is to go on, that is counted from now.
  return ends_at !== undefined || max_runs !== undefined || status === 'active'
}

/** What an update of a cron schedule needs besides the change. */
export interface CronChange {
  /** The next time of the new pattern, as RFC 3339; undefined when there is none. */
  readonly nextAt?: string | undefined
  /** Whether the new pattern and zone have the same times as the stored ones. */
  readonly keepsTimes?: boolean
  /** The stored pattern and zone that this was computed from. The update applies only if they are unchanged. */
  readonly seen?: Pick<StoredSchedule, 'cron' | 'time_zone'> | undefined
}

/**
 * Completes a change with the stored `cron` or `time_zone`, and computes the next time of the pattern.
 * @throws ApiError 400 for a `time_zone` without `cron`
 */
export function resolveCron(change: TaskChange, stored: StoredSchedule): { change: TaskChange } & CronChange {
  const { cron = stored.cron, time_zone = stored.time_zone, ...rest } = change
  if (cron === null) {
    if (change.time_zone) throw invalid([onlyForCron])
    return { change: rest }
  }
  const schedule = { cron, time_zone: time_zone ?? 'UTC' }
  const now = Date.parse(stored.now)
  const next = cronNext(cron, schedule.time_zone, now)
  const before = stored.cron !== null && stored.time_zone !== null && { cron: stored.cron, time_zone: stored.time_zone }
  return {
    change: { ...change, ...schedule },
    keepsTimes: before !== false && sameTimes(before, schedule, now),
    ...(next === undefined ? {} : { nextAt: new Date(next).toISOString() }),
  }
}

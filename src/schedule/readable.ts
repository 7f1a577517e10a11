import { cachedPatterns } from './pattern-cache.ts'
import type { Schedule } from './upcoming.ts'
import { spanAt } from './zone.ts'

/**
 * Whether the times of a stored schedule can be worked out here. A replica of another release may have stored a pattern, or a time
 * zone, that this one does not know.
 */
export function isReadable({ cron, time_zone }: Pick<Schedule, 'cron' | 'time_zone'>): boolean {
  if (cron === undefined || cron === null) return true
  try {
    cachedPatterns(cron)
    spanAt(time_zone ?? 'UTC', 0)
    return true
  } catch {
    return false
  }
}

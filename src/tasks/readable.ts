import { invalid } from '../http/errors.ts'
import { isReadable } from '../schedule/readable.ts'

/** What is said of a task whose later times cannot be worked out: a server of another release has stored its schedule. */
export const unreadableSchedule =
  'this server cannot read the pattern or the time zone that another release of Duly has stored'

/**
 * Checks that the times of a schedule, stored or changed, can be worked out here.
 * @throws ApiError 400
 */
export function checkReadable(schedule: { readonly cron?: string | null; readonly time_zone?: string | null }): void {
  if (isReadable(schedule)) return
  const message = `is needed with this change, and time_zone too: ${unreadableSchedule}`
  throw invalid([{ path: '/cron', message }])
}

import type { CalendarUse } from './calendar.ts'
import { cronNext } from './cron-next.ts'

/**
 * Returns when a task starts next that starts some seconds after each time of its pattern, in ms; undefined when it has none.
 * @param spreadOffset in seconds
 * @param after the start is later than this, in ms
 * @throws PatternError for an invalid pattern, RangeError for an unknown zone
 */
export function nextStart(
  cron: string,
  zone: string,
  spreadOffset: number,
  after: number,
  use?: CalendarUse,
): number | undefined {
  const slot = cronNext(cron, zone, after - spreadOffset * 1000, use)
  return slot === undefined ? undefined : slot + spreadOffset * 1000
}

import type { Fragment, Sql } from '../database/sql.ts'

/**
 * SQL that is true if `sent` is the time `stored`, exactly or truncated to milliseconds or seconds: the date types of many
 * languages have no microseconds.
 */
export const isReadBack = (sql: Sql, sent: Fragment, stored: Fragment) =>
  sql`(${sent} in (${stored}, date_trunc('milliseconds', ${stored}), date_trunc('second', ${stored})))`

/** Like `isReadBack`, for two times as RFC 3339 in UTC without trailing zeros. */
export function isReadBackText(sent: string, stored: string): boolean {
  return [6, 3, 0].some((digits) => sent === truncate(stored, digits))
}

/** Truncates a time to `digits` fractional digits, without trailing zeros. */
function truncate(time: string, digits: number): string {
  const [whole = '', fraction = ''] = time.slice(0, -1).split('.')
  const rest = fraction.slice(0, digits).replace(/0+$/, '')
  return `${whole}${rest && `.${rest}`}Z`
}

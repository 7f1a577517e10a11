import type { Fragment, Sql } from '../database/sql.ts'

/**
 * Whether a time that was sent is a stored one: as it was answered, or cut to milliseconds or seconds, which is all that the
 * dates of many languages hold or write.
 */
export const isReadBack = (sql: Sql, sent: Fragment, stored: Fragment) =>
  sql`(${sent} in (${stored}, date_trunc('milliseconds', ${stored}), date_trunc('second', ${stored})))`

/** The same of two times as RFC 3339 in UTC without trailing zeros. */
export function isReadBackText(sent: string, stored: string): boolean {
  return [6, 3, 0].some((digits) => sent === cut(stored, digits))
}

/** A time with so many fractional digits at most, and without trailing zeros. */
function cut(time: string, digits: number): string {
  const [whole = '', fraction = ''] = time.slice(0, -1).split('.')
  const kept = fraction.slice(0, digits).replace(/0+$/, '')
  return `${whole}${kept && `.${kept}`}Z`
}

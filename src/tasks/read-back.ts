import type { Fragment, Sql } from '../database/connect.ts'

/** Whether a time that was sent is a stored one: as it was answered, or cut to milliseconds, as the Date of JavaScript holds it. */
export const isReadBack = (sql: Sql, sent: Fragment, stored: Fragment) =>
  sql`(${sent} = ${stored} or ${sent} = date_trunc('milliseconds', ${stored}))`

/** The same of two times as RFC 3339 in UTC. */
export function isReadBackText(sent: string, stored: string): boolean {
  return sent === stored || (!/\.\d{4,}Z$/.test(sent) && Date.parse(sent) === Date.parse(stored))
}

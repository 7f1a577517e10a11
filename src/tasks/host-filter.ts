import type { Fragment, Sql } from '../database/sql.ts'

/**
 * SQL condition for a row of `task` that calls a host, with a port or with any.
 * @param task the row, such as `task`
 */
export const callsHost = (sql: Sql, task: Fragment, host: string): Fragment =>
  sql`(${task}.target = lower(${host}) or starts_with(${task}.target, lower(${host}) || ':'))`

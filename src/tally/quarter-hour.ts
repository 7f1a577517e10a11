import type { Sql } from '../database/sql.ts'

/** SQL: the start of the current quarter of an hour, the period of one row of `tally`. */
export const quarterHour = (sql: Sql) => sql`date_bin('15 minutes', now(), timestamptz '2000-01-01 00:00+00')`

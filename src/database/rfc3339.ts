import type { Fragment, Sql } from './sql.ts'

/** A time of a row as text, as the driver gives it; that of JSON would end in +00:00. */
export const rfc3339 = (sql: Sql, column: Fragment) => sql`replace(replace(${column}::text, ' ', 'T'), '+00', 'Z')`

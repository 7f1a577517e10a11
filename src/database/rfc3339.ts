import type { Fragment, Sql } from './sql.ts'

/** SQL: a timestamptz as RFC 3339 text, the same as the driver returns. PostgreSQL's JSON format would end in +00:00. */
export const rfc3339 = (sql: Sql, column: Fragment) => sql`replace(replace(${column}::text, ' ', 'T'), '+00', 'Z')`

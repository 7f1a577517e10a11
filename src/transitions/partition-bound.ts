import type { Fragment, Sql } from '../database/sql.ts'

/**
 * SQL that is true if an execution was created at `time`, a value of another row. PostgreSQL does not prune partitions by it:
 * pruning by values of rows can crash PostgreSQL 18 (see src/database/connect.ts). Combine it with `createdSince`, so that
 * partitions are pruned by a parameter instead.
 */
export const sameTime = (sql: Sql, time: Fragment) => sql`execution.created_at is not distinct from ${time}`

/**
 * SQL that is true for executions created at the earliest of `times` or later, with a tolerance of one second. The tolerance is
 * needed because the earliest time is found by comparing texts, which do not sort correctly by fractions of a second.
 * @param times RFC 3339 in UTC
 */
export function createdSince(sql: Sql, times: readonly string[]): Fragment {
  const [oldest = 'infinity'] = times.toSorted()
  return sql`execution.created_at >= ${oldest}::timestamptz - interval '1 second'`
}

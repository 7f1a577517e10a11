import type { Fragment, Sql } from '../database/sql.ts'

/**
 * Whether an execution was created at a time that a row gives. Written so that no partitions are pruned by it, which
 * PostgreSQL 18 does not survive (see src/database/connect.ts): a bound that is a parameter must stand beside it.
 */
export const sameTime = (sql: Sql, time: Fragment) => sql`execution.created_at is not distinct from ${time}`

/**
 * That bound: an execution was created no earlier than any of these times.
 * @param times RFC 3339 in UTC. As text they are in order up to the fraction of a second, so a second is taken off.
 */
export function createdSince(sql: Sql, times: readonly string[]): Fragment {
  const [oldest = 'infinity'] = times.toSorted()
  return sql`execution.created_at >= ${oldest}::timestamptz - interval '1 second'`
}

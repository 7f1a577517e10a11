import type { Fragment, Sql } from './sql.ts'

/** About as much as one batch of a list should hold, in bytes as PostgreSQL stores them; one row may be larger. */
export const batchBytes = 1_048_576

/**
 * The rows of the CTE `matched` up to about `batchBytes`, one at least, in the same order: a CTE named `batch`.
 * @param size what a row counts, in bytes
 */
export const boundedBatch = (sql: Sql, size: Fragment) => sql`
  measured as (
    select matched.*, sum(${size}) over (rows between unbounded preceding and 1 preceding) as bytes_before
    from matched
  ), batch as materialized (
    select *
    from measured
    where coalesce(bytes_before, 0) < ${batchBytes}::integer
  )`

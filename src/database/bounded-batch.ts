import type { Fragment, Sql } from './sql.ts'

/**
 * The intended size of one batch of a list, in bytes as stored by PostgreSQL. A single larger row is a batch of its own.
 */
export const batchBytes = 1_048_576

/**
 * SQL: a CTE `batch` with the first rows of the CTE `matched`, in the same order, up to about `batchBytes` and at least
 * one row. It begins with a CTE `measured`.
 * @param size the size of a row, in bytes
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

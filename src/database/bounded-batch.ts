import type { Fragment, Sql } from './sql.ts'

/**
 * The intended size of one batch of a list, in bytes as stored by PostgreSQL. A single larger row is a batch of its own.
 */
export const batchBytes = 1_048_576

/** A part of a list, and where the next part begins. */
export interface Batch<Cursor> {
  /** The elements as JSON, separated by commas; null when there are none. */
  readonly json: string | null
  /** The position of the last element. */
  readonly last: Cursor
  /** Whether more elements follow. */
  readonly more: boolean
}

/** A batch that knows its number of elements. */
export interface CountedBatch<Cursor> extends Batch<Cursor> {
  readonly count: number
  /** Whether a page ends with this batch although more may follow, even if it has no element: the search took its time. */
  readonly endsPage?: boolean
}

/** Which elements a query reads into a batch. */
export interface BatchStart<Cursor> {
  /** Read the elements after this position, ignoring `offset`; undefined for the first batch. */
  readonly last: Cursor | undefined
  /** How many elements of the list to skip before the first batch. */
  readonly offset: number
  readonly limit: number
}

/** SQL for the `limit` and `offset` of the CTE `matched`: one row more than the batch may have, which tells whether more follow. */
export const batchLimit = (sql: Sql, { last, offset, limit }: BatchStart<unknown>) => sql`
  limit ${limit + 1}
  offset ${last === undefined ? offset : 0}`

/**
 * SQL: a CTE `batch` with the first rows of the CTE `matched`, in the same order, up to about `batchBytes` and at least
 * one row, and at most `limit`. It begins with a CTE `measured`.
 * @param size the size of a row, in bytes
 */
export const boundedBatch = (sql: Sql, size: Fragment, { limit }: BatchStart<unknown>) => sql`
  measured as (
    select
      matched.*,
      row_number() over (rows between unbounded preceding and current row) as place,
      sum(${size}) over (rows between unbounded preceding and 1 preceding) as bytes_before
    from matched
  ), batch as materialized (
    select *
    from measured
    where coalesce(bytes_before, 0) < ${batchBytes}::integer
      and place <= ${limit}::integer
  )`

/** The row that a statement with `selectBatch` returns. */
export type BatchRow<Cursor> = {
  readonly json: string | null
  readonly count: number
  readonly matched: number
} & Cursor

/**
 * SQL that selects the rows of the CTE `batch` as one `BatchRow`. PostgreSQL writes the JSON: parsing rows and serializing them
 * here would take three times the memory.
 * @param element columns of one element of the list, from a row `batch`
 * @param cursor columns of `batch` that are the position of a row
 */
export const selectBatch = (sql: Sql, element: Fragment, cursor: readonly string[]) => sql`
  select
    string_agg(row_to_json(element)::text, ',') as json,
    count(*)::integer as count,
    (select count(*)::integer from matched) as matched
    ${cursor.map((name) => sql`, (array_agg(batch.${sql(name)}))[count(*)] as ${sql(name)}`)}
  from batch
  cross join lateral (select ${element}) element`

/** Converts the row of a statement with `selectBatch`. */
export function toBatch<Cursor>(row: BatchRow<Cursor>): CountedBatch<Cursor> {
  const { json, count, matched, ...last } = row
  return { json, count, last: last as Cursor, more: count < matched }
}

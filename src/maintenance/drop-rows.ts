import type { Fragment, Sql } from '../database/sql.ts'

/**
 * Deletes rows of a partition, and drops the answers of others.
 * @param found query that locks the rows: `place` is the ctid, and `is_gone` says whether the row goes, or only its answer
 * @returns how many rows were changed
 */
export async function dropRows(sql: Sql, name: string, found: Fragment): Promise<number> {
  const [row] = await sql<{ changed: number }[]>`
    /* duly:drop_expired_rows */
    with expired as materialized (
      ${found}
    ), deleted as (
      delete from ${sql(name)} as execution
      where ctid = any(array(select place from expired where is_gone))
      returning 1
    ), emptied as (
      update ${sql(name)} as execution
      set response = null,
          response_header = null,
          answer_dropped_at = now()
      where ctid = any(array(select place from expired where not is_gone))
      returning 1
    )
    select ((select count(*) from deleted) + (select count(*) from emptied))::integer as changed`
  return row?.changed ?? 0
}

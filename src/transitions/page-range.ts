import type { Sql } from '../database/sql.ts'

/** A range of pages of one table: what one statement reads. */
export interface PageRange {
  readonly table: string
  /** Whether it contains executions of today. */
  readonly today: boolean
  readonly first: number
  readonly end: number
}

/** Pages in a range: reading them takes some tens of milliseconds. */
const rangePages = 4_000

/** The partitions of `execution`, newest first, and the table `task`, in ranges of pages. Empty ones are left out. */
export async function listPageRanges(sql: Sql): Promise<PageRange[]> {
  return sql<PageRange[]>`
    /* duly:list_page_ranges */
    with source as (
      select child.oid, child.relname::text as name
      from pg_inherits
      join pg_class child on child.oid = inhrelid
      where inhparent = 'execution'::regclass
      union all
      select 'task'::regclass::oid, 'task'
    )
    select
      source.name as "table",
      -- A partition is named after its first day and may be longer than a day.
      source.name = max(source.name) filter (
        where source.name between 'execution_1' and 'execution_' || to_char(now() at time zone 'UTC', 'YYYY_MM_DD')
      ) over () as today,
      first::integer as first,
      (first + ${rangePages})::integer as "end"
    from source
    cross join lateral (
      select pg_relation_size(source.oid) / ${pageSize(sql)} as pages
    ) size
    cross join lateral generate_series(0, size.pages - 1, ${rangePages}) as first
    order by source.name = 'task' desc, source.name = 'execution_default' desc, source.name desc, first desc`
}

/** SQL: the size of a page in bytes. */
export const pageSize = (sql: Sql) => sql`current_setting('block_size')::integer`

/** Whether a row of a table lies in a range. */
export const inRange = (sql: Sql, table: string, { first, end }: Pick<PageRange, 'first' | 'end'>) => sql`
  ${sql(table)}.ctid >= ${`(${first},0)`}::text::tid
    and ${sql(table)}.ctid < ${`(${end},0)`}::text::tid`

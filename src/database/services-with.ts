import type { Fragment, Sql } from './sql.ts'

/**
 * SQL: the services with such rows, as a query with the column service_id. It reads one index entry for each of these services,
 * however many rows they have, where an index of the rows begins with service_id.
 * @param table name of the table
 * @param condition which of its rows
 */
export const servicesWith = (sql: Sql, table: string, condition = sql`true`): Fragment => sql`
  with recursive found as (
    (
      select service_id
      from ${sql(table)}
      where ${condition}
      order by service_id
      limit 1
    )
    union all
    select next.service_id
    from found
    cross join lateral (
      select one.service_id
      from ${sql(table)} one
      where ${condition}
        and one.service_id > found.service_id
      order by one.service_id
      limit 1
    ) next
  )
  select service_id
  from found`

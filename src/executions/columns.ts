import type { Fragment, Sql } from '../database/sql.ts'
import { queuedFor } from '../transitions/queued-for.ts'

/**
 * SQL for some fields of a row named `execution`. All but `queued_for` are columns of the same name.
 * @param queued SQL for that one
 */
export const executionColumns = (sql: Sql, names: readonly string[], queued: Fragment = queuedFor(sql)): Fragment =>
  sql`${names.map((name, index) => {
    const column = name === 'queued_for' ? queued : sql`execution.${sql(name)}`
    return sql`${index === 0 ? sql`` : sql`, `}${column} as ${sql(name)}`
  })}`

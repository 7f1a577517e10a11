import type { Fragment, Sql } from './sql.ts'

/** Casts of a column of values. An array of booleans goes as text, because the driver takes it for a single boolean. */
const casts = {
  uuid: (sql: Sql, values: readonly unknown[]) => sql`${values as string[]}::uuid[]`,
  text: (sql: Sql, values: readonly unknown[]) => sql`${values as string[]}::text[]`,
  integer: (sql: Sql, values: readonly unknown[]) => sql`${values as number[]}::integer[]`,
  timestamptz: (sql: Sql, values: readonly unknown[]) => sql`${values as string[]}::timestamptz[]`,
  boolean: (sql: Sql, values: readonly unknown[]) => sql`${values.map(String)}::text[]::boolean[]`,
  tid: (sql: Sql, values: readonly unknown[]) => sql`${values as string[]}::text[]::tid[]`,
}

/** A PostgreSQL type that a column of `rows` may have. */
export type ColumnType = keyof typeof casts

/** A column: the type of the property with its name, or a type and what gives the value. */
export type Column<T> = ColumnType | readonly [type: ColumnType, value: (row: T, index: number) => unknown]

/**
 * Passes a list to a statement as rows, one array parameter for each column: SQL for a `from` clause.
 * @param name alias of the rows
 * @param columns name and type of each column, in order; a value that is undefined is passed as null
 * @returns `unnest($1::uuid[], …) as name (column, …)`
 */
export function rows<T>(
  sql: Sql,
  list: readonly T[],
  name: string,
  columns: Readonly<Record<string, Column<T>>>,
): Fragment {
  const entries = Object.entries(columns)
  const arrays = entries.map(([column, definition], index) => {
    const [type, value] = typeof definition === 'string' ? [definition, undefined] : definition
    // The driver cannot send undefined. It notices only when it binds: the statements behind it on the same connection then
    // get the answers of others, or none.
    const values = value
      ? list.map((row, index) => value(row, index) ?? null)
      : list.map((row) => row[column as keyof T] ?? null)
    return index === 0 ? casts[type](sql, values) : sql`, ${casts[type](sql, values)}`
  })
  const names = entries.map(([column], index) => (index === 0 ? sql`${sql(column)}` : sql`, ${sql(column)}`))
  return sql`unnest(${arrays}) as ${sql(name)} (${names})`
}

/**
 * Columns of a row, as a list for `select` or `returning`.
 * @param row the row's name in the statement
 */
export const columnsOf = (sql: Sql, row: Fragment, names: readonly string[]): Fragment[] =>
  names.map((name, index) => (index === 0 ? sql`${row}.${sql(name)}` : sql`, ${row}.${sql(name)}`))

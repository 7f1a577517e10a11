import type { Fragment, Sql } from '../database/sql.ts'
import { type FieldName, fieldEntries, storedAsNull } from '../task-fields/fields.ts'
import type { ColumnType } from '../task-fields/task-field.ts'

/** SQL for the name of each column type. */
const types: Readonly<Record<ColumnType, (sql: Sql) => Fragment>> = {
  text: (sql) => sql`text`,
  jsonb: (sql) => sql`jsonb`,
  timestamptz: (sql) => sql`timestamptz`,
  integer: (sql) => sql`integer`,
  smallint: (sql) => sql`smallint`,
  boolean: (sql) => sql`boolean`,
}

const columns = Object.fromEntries(fieldEntries.map(([name, { column }]) => [name, column]))

/** SQL for the type of a field's column. */
export const columnType = (sql: Sql, name: FieldName): Fragment => types[columns[name] as ColumnType](sql)

/** SQL for a value of a field, cast to the type of its column: the driver does not know the types of domains. */
export const columnValue = (sql: Sql, name: FieldName, value: unknown): Fragment => {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  const stored = text === storedAsNull.get(name) ? null : value
  const parameter =
    columns[name] === 'jsonb' && stored !== null ? sql`${sql.json(stored as never)}` : sql`${stored as string | null}`
  return sql`${parameter}::${columnType(sql, name)}`
}

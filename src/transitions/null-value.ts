import type { Fragment, Sql } from '../database/sql.ts'
import { storedAsNull } from '../task-fields/fields.ts'

/** SQL for the value that null stands for in the column of a field; undefined for a field without one. */
export function nullValue(sql: Sql, name: string): Fragment | undefined {
  switch (storedAsNull.get(name)) {
    case '{}':
      return sql`'{}'`
    case 'one':
      return sql`'one'`
    case 'keep':
      return sql`'keep'`
    case 'skip':
      return sql`'skip'`
    case '0':
      return sql`0`
    case undefined:
      return undefined
  }
}

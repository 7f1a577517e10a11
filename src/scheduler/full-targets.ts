import type { Sql } from '../database/connect.ts'

/** The full targets of each of these as JSON text: the driver has no arrays of arrays that differ in length. */
export const listTargets = (some: readonly { fullTargets?: readonly string[] }[]): string[] =>
  some.map(({ fullTargets = [] }) => JSON.stringify(fullTargets))

/** That text, as a column `full_targets`, taken apart. */
export const targetsOf = (sql: Sql) => sql`array(select json_array_elements_text(full_targets::json))`

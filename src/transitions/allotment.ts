import type { Sql } from '../database/sql.ts'

/** One service's part of a claim: how many seats it gets, and where the last claim of this pass ended. */
export interface Allotment {
  readonly service_id: string
  readonly seats: number
  readonly after: Cursor | undefined
  /** Targets (host and port) of which the service has all the calls in flight that it may: their tasks wait. */
  readonly fullTargets?: readonly string[]
}

/** The last slot that was claimed: the next claim starts behind it and does not read past its dead index entries. */
export interface Cursor {
  readonly scheduled_at: string
  readonly id: string
}

/** Before every slot. */
export const firstCursor: Cursor = { scheduled_at: '-infinity', id: '00000000-0000-0000-0000-000000000000' }

/** The full targets of each of these as JSON text: the driver has no arrays of arrays that differ in length. */
export const listTargets = (some: readonly { fullTargets?: readonly string[] }[]): string[] =>
  some.map(({ fullTargets = [] }) => JSON.stringify(fullTargets))

/** That text, as a column `full_targets`, taken apart. */
export const targetsOf = (sql: Sql) => sql`array(select json_array_elements_text(full_targets::json))`

import { type Column, rows } from '../database/rows.ts'
import type { Fragment, Sql } from '../database/sql.ts'

/** What one service may claim: how many seats it gets, and where its last claim of this pass ended. */
export interface Allotment {
  readonly service_id: string
  readonly seats: number
  /** The claim takes slots behind this one. */
  readonly after: Cursor | undefined
  /** Targets (host and port) that may have no more calls in flight; their tasks are not claimed. */
  readonly fullTargets?: readonly string[]
  /** For a claim of the tasks of a flow; undefined for one of the tasks that no flow limits. */
  readonly flow?: FlowShare
}

/** A flow, and the calls of it that this replica has in flight. */
export interface FlowShare {
  readonly name: string
  readonly calls: number
}

/** The last slot that was claimed. The next claim begins behind it, and so does not read its dead index entries. */
export interface Cursor {
  readonly scheduled_at: string
  readonly id: string
}

/** A cursor before every slot. */
export const firstCursor: Cursor = { scheduled_at: '-infinity', id: '00000000-0000-0000-0000-000000000000' }

/** The columns of allotments as rows, numbered from 1 in `allotment`; `full_targets` is read by `targetsOf`. */
export const allotmentColumns = {
  allotment: ['integer', (_, index) => index + 1],
  service_id: 'uuid',
  seats: 'integer',
  after_at: ['timestamptz', ({ after }) => (after ?? firstCursor).scheduled_at],
  after_id: ['uuid', ({ after }) => (after ?? firstCursor).id],
  full_targets: ['text', (allotment) => targetsAsJson(allotment)],
} satisfies Record<string, Column<Allotment>>

/**
 * Allotments as a CTE named `allotted`, numbered from 1 in `allotment`.
 * @param condition may be false for all of them
 */
export const allotted = (sql: Sql, allotments: readonly Allotment[], condition: Fragment): Fragment => sql`
  allotted as materialized (
    select allotment, service_id, seats, after_at, after_id, ${targetsOf(sql)} as full_targets
    from ${rows(sql, allotments, 'allotted', allotmentColumns)}
    where ${condition}
  )`

/** Full targets as JSON text, because the driver cannot pass arrays of arrays that differ in length. */
export const targetsAsJson = ({ fullTargets = [] }: { readonly fullTargets?: readonly string[] }): string =>
  JSON.stringify(fullTargets)

/** SQL for the text that `targetsAsJson` returned, in a column `full_targets`, as an array. */
export const targetsOf = (sql: Sql): Fragment => sql`array(select json_array_elements_text(full_targets::json))`

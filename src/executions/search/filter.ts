import { type Static, Type } from '@sinclair/typebox'
import type { Fragment, Sql } from '../../database/sql.ts'
import { callsHost } from '../../tasks/host-filter.ts'
import { hasLabels, type WantedLabel } from '../../tasks/label-filter.ts'
import type { Execution } from '../model.ts'
import { type ExecutionCursor, executionPosition } from '../queries.ts'

/** Which executions of a service are searched. */
export interface Filter {
  readonly serviceId: string
  /** All by default. */
  readonly statuses?: readonly Execution['status'][]
  /** Created at this time or later, and before that one; failures: failed. RFC 3339. */
  readonly from?: string
  readonly to?: string
  readonly taskId?: string
  /** Which its task must have, all of them. */
  readonly labels?: readonly WantedLabel[]
  /** The host that its task calls now, with a port or with any. */
  readonly host?: string
  /** What the name of its task contains now, in any case. It is not a pattern. */
  readonly taskName?: string
  readonly statusCode?: number
  /** What the error contains, in any case. It is not a pattern. */
  readonly text?: string
}

/**
 * A place in the order of a search, which is newest first. What comes behind it is older. In a search for failures `created_at`
 * is when they failed.
 */
export type Position = ExecutionCursor

/** Schema of where a search goes on, and with how large a window if it reads windows of time, in bytes. */
export const startSchema = Type.Composite([
  executionPosition,
  Type.Object({ bytes: Type.Optional(Type.Integer({ minimum: 1 })) }),
])

/** Where a search goes on. */
export type Start = Static<typeof startSchema>

/** The key of an execution, but for its service. */
export interface Key extends Position {
  readonly task_id: string
  /** When it failed, in a search for failures. */
  readonly failed_at?: string
}

/** A part of what a search finds. */
export interface Found {
  readonly keys: readonly Key[]
  /** Behind which the search goes on; undefined at its end. */
  readonly next: Start | undefined
}

/** SQL condition for the rows of `execution` of a service behind a position, created within the times of a filter. */
export const isWithin = (sql: Sql, filter: Filter, after?: Position): Fragment =>
  isBetween(sql, sql`execution`, sql`execution.created_at`, filter, after)

/**
 * SQL condition for the rows of `failed_execution`, named `failed`, behind a position that failed within the times of a filter.
 * @param at `failedAt` or `failedAtOfAll`, which decides about the index
 */
export const hasFailedWithin = (sql: Sql, at: Fragment, filter: Filter, after?: Position): Fragment =>
  isBetween(sql, sql`failed`, at, filter, after)

/** SQL condition for the rows of a service behind a position, within the times of a filter. @param at their time */
const isBetween = (
  sql: Sql,
  row: Fragment,
  at: Fragment,
  { serviceId, from, to }: Filter,
  after?: Position,
): Fragment => sql`
  ${row}.service_id = ${serviceId}
    ${from === undefined ? sql`` : sql`and ${at} >= ${from}::text::timestamptz`}
    ${to === undefined ? sql`` : sql`and ${at} < ${to}::text::timestamptz`}
    ${
      after === undefined
        ? sql``
        : sql`
          -- By the first, partitions are pruned; by the second alone they are not.
          and ${at} <= ${after.created_at}::text::timestamptz
          and (${at}, ${row}.id) < (${after.created_at}::text::timestamptz, ${after.id}::uuid)`
    }`

/**
 * SQL conditions, each beginning with `and`, for the rows whose task has the labels, calls the host and is named as a filter says.
 * @param taskId the id of the task, such as `execution.task_id`
 */
export const isOfWantedTask = (
  sql: Sql,
  taskId: Fragment,
  { serviceId, labels = [], host, taskName }: Filter,
): Fragment => sql`
  ${hasLabels(sql, serviceId, taskId, labels)}
  ${
    host === undefined && taskName === undefined
      ? sql``
      : sql`
        and exists (
          select
          from task as called
          where called.service_id = ${serviceId}
            and called.id = ${taskId}
            ${host === undefined ? sql`` : sql`and ${callsHost(sql, sql`called`, host)}`}
            ${taskName === undefined ? sql`` : sql`and strpos(lower(called.name), lower(${taskName})) > 0`}
        )`
  }`

/** SQL condition for rows with the error and the status code of a filter. */
export const hasReason = (sql: Sql, row: Fragment, { statusCode, text }: Filter): Fragment => sql`
  true
    ${statusCode === undefined ? sql`` : sql`and ${row}.status_code = ${statusCode}`}
    ${text === undefined ? sql`` : sql`and strpos(lower(${row}.error), lower(${text})) > 0`}`

/** Keys of the first `limit` rows found, and where the search goes on: nowhere, if there were fewer. */
export function upTo(limit: number, keys: readonly Key[]): Found {
  const last = keys.at(-1)
  return { keys, next: last === undefined || keys.length < limit ? undefined : positionOf(last) }
}

/** The position of an execution. */
export const positionOf = ({ created_at, failed_at = created_at, id }: Key): Position => ({ created_at: failed_at, id })

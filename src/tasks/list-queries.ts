import { Type } from '@sinclair/typebox'
import {
  type BatchRow,
  type BatchStart,
  batchLimit,
  boundedBatch,
  type CountedBatch,
  selectBatch,
  toBatch,
} from '../database/bounded-batch.ts'
import { rfc3339 } from '../database/rfc3339.ts'
import type { Fragment, Sql } from '../database/sql.ts'
import { Id, Time } from '../formats/schema.ts'
import { fieldEntries } from '../task-fields/fields.ts'
import { isInLine } from '../transitions/predicates.ts'
import { hasLabels, type WantedLabel } from './label-filter.ts'
import { columns, type ReturnedName } from './queries.ts'

/** The values of `sort`: columns by which a list of tasks can be sorted. */
export const sortKeys = ['name', 'scheduled_at', 'created_at'] as const
/** A column by which a list of tasks can be sorted. */
export type SortKey = (typeof sortKeys)[number]

/** Which tasks a list contains; all by default. */
export interface TaskFilter {
  readonly status?: string
  /** Text that the name or the URL must contain, ignoring case. It is not a pattern. */
  readonly search?: string
  readonly key?: string
  /** The flow that limits the tasks. */
  readonly flow?: string
  readonly labels?: readonly WantedLabel[]
}

/** The order of a list. Tasks with equal keys are ordered by id. */
export interface TaskOrder {
  readonly key: SortKey
  readonly descending: boolean
}

/** Which tasks a list contains, in which order, and with what. */
export interface ListOptions {
  readonly filter: TaskFilter
  /** Undefined: newest first. */
  readonly order: TaskOrder | undefined
  /** Whether each task has `recent`: its last 20 results, newest first. */
  readonly withRecent: boolean
  /** Whether each task has `alerts`: its open alerts. */
  readonly withAlerts: boolean
  /** Whether each task has `set`: the task set that it belongs to. */
  readonly withSet: boolean
  /** The fields of each task. The others are not read. */
  readonly names: readonly ReturnedName[]
}

/** SQL condition for the tasks that a list contains. */
const matching = (sql: Sql, serviceId: string, filter: TaskFilter) => sql`
  service_id = ${serviceId}
  and deleted_at is null
  ${filter.status === undefined ? sql`` : sql`and status = ${filter.status}`}
  ${
    filter.search === undefined
      ? sql``
      : sql`and (strpos(lower(name), lower(${filter.search})) > 0 or strpos(lower(url), lower(${filter.search})) > 0)`
  }
  ${
    filter.key === undefined
      ? sql``
      : sql`and task.id = (select task_id from task_key where service_id = ${serviceId} and key = ${filter.key})`
  }
  ${filter.flow === undefined ? sql`` : sql`and ${isInLine(sql, sql`${filter.flow}`)}`}
  ${hasLabels(sql, serviceId, sql`task.id`, filter.labels ?? [])}`

/** SQL for the `order by` of a list. Ids are UUIDv7, so their index lists tasks by creation without a sort. */
function ordering(sql: Sql, order: TaskOrder | undefined): Fragment {
  if (order === undefined) return sql`order by id desc`
  const column = sortColumn(sql, order.key)
  return order.descending ? sql`order by ${column} desc, id desc` : sql`order by ${column}, id`
}

/** SQL for the value by which tasks are sorted. Run-once tasks that have run have no next run and sort last. */
function sortColumn(sql: Sql, key: SortKey): Fragment {
  if (key === 'scheduled_at') return sql`coalesce(scheduled_at, 'infinity')`
  return key === 'name' ? sql`name` : sql`created_at`
}

/** The position of a task in a list. */
export interface TaskCursor {
  readonly id: string
  /** The value by which the task is sorted, times as RFC 3339 or `infinity`; null when the list is sorted by id. */
  readonly sort_value: string | null
}

/** Returns the schema of the positions in a list with this order. */
export const positionSchema = (order: TaskOrder | undefined) =>
  Type.Object({ id: Id, sort_value: sortValueSchema(order) })

function sortValueSchema(order: TaskOrder | undefined) {
  if (order === undefined) return Type.Null()
  return order.key === 'name' ? Type.String() : Type.Union([Time, Type.Literal('infinity')])
}

/** SQL for the value by which a task is sorted, as in `TaskCursor`. */
function sortValue(sql: Sql, order: TaskOrder | undefined): Fragment {
  if (order === undefined) return sql`null`
  return order.key === 'name' ? sql`name` : rfc3339(sql, sortColumn(sql, order.key))
}

/** SQL condition for the tasks after a position; empty without a position. */
function after(sql: Sql, order: TaskOrder | undefined, last: TaskCursor | undefined): Fragment {
  if (last === undefined) return sql``
  if (order === undefined) return sql`and id < ${last.id}`
  const column = sortColumn(sql, order.key)
  const value = order.key === 'name' ? sql`${last.sort_value}::text` : sql`${last.sort_value}::text::timestamptz`
  return order.descending
    ? sql`and (${column}, id) < (${value}, ${last.id})`
    : sql`and (${column}, id) > (${value}, ${last.id})`
}

/** Approximate size of the recent results of one task as JSON, in bytes. */
const recentBytes = 5_000

/** SQL for a column `recent`: the last 20 results of a row of `batch`, newest first, as JSON. */
const recent = (sql: Sql) => sql`
  , (
    select coalesce(json_agg(result), '[]')
    from (
      select
        id, status, status_code, duration_ms, error,
        to_char(scheduled_for, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as scheduled_for,
        to_char(created_at, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as created_at
      from execution
      where execution.service_id = batch.service_id
        and execution.task_id = batch.id
      order by execution.created_at desc, execution.id desc
      limit 20
    ) result
  ) as recent`

/** SQL for a column `set`: the task set that a row of `batch` belongs to, as JSON; null for none. */
const ownSet = (sql: Sql) => sql`
  , (
    select row_to_json(result)
    from (
      select
        task_set.name, task_set.source,
        ${rfc3339(sql, sql`member.applied_at`)} as applied_at,
        task.version <> member.applied_version as changed
      from task_set_member as member
      join task_set on task_set.service_id = member.service_id and task_set.name = member.set_name
      join task on task.service_id = member.service_id and task.id = member.task_id
      where member.service_id = batch.service_id
        and member.task_id = batch.id
    ) result
  ) as set`

/** SQL for a column `alerts`: the open alerts of a row of `batch`, one of each kind at most, as JSON. */
const openAlerts = (sql: Sql) => sql`
  , (
    select coalesce(json_agg(result), '[]')
    from (
      select
        id, kind,
        ${rfc3339(sql, sql`since`)} as since,
        ${rfc3339(sql, sql`case when muted_until > now() then muted_until end`)} as muted_until
      from alert
      where alert.service_id = batch.service_id
        and alert.kind in ('failing', 'late', 'long')
        and alert.task_id = batch.id
        and alert.closed_at is null
      order by kind
    ) result
  ) as alerts`

/** SQL for the approximate size of a task as JSON, in bytes. */
const sizeOf = (sql: Sql, names: readonly ReturnedName[], withRecent: boolean) => sql`
  ${names.includes('payload') ? sql`coalesce(octet_length(payload), 0)` : sql`0`}
  + ${names.includes('header') ? sql`octet_length(header::text)` : sql`0`}
  + ${withRecent ? recentBytes : 0}::integer`

/** Returns the number of tasks that match a filter. */
export async function countTasks(sql: Sql, serviceId: string, filter: TaskFilter): Promise<number> {
  const [row] = await sql<{ total: number }[]>`
    /* duly:count_tasks */
    select count(*)::int as total
    from task
    where ${matching(sql, serviceId, filter)}`
  return row?.total ?? 0
}

/** The columns of `task` that hold times. */
const timeColumns: ReadonlySet<string> = new Set([
  'starts_at',
  'created_at',
  'updated_at',
  ...fieldEntries.filter(([, { column }]) => column === 'timestamptz').map(([name]) => name),
])

/**
 * Reads a batch of the tasks that match a filter, as JSON. A batch has at least one task and ends when it reaches
 * `batchBytes`.
 */
export async function listBatch(
  sql: Sql,
  serviceId: string,
  { filter, order, withRecent, withAlerts, withSet, names }: ListOptions,
  start: BatchStart<TaskCursor>,
): Promise<CountedBatch<TaskCursor>> {
  // row_to_json would not write times as RFC 3339 in UTC.
  const shown = names.map((name, index) => {
    const value = timeColumns.has(name) ? rfc3339(sql, sql`batch.${sql(name)}`) : sql`batch.${sql(name)}`
    return sql`${index === 0 ? sql`` : sql`, `}${value} as ${sql(name)}`
  })
  const { last } = start
  const [row] = await sql<[BatchRow<TaskCursor>]>`
    /* duly:list_tasks */
    with matched as materialized (
      select
        ${columns(sql, [...new Set<ReturnedName>(['id', 'service_id', ...names])])},
        ${sortValue(sql, order)} as sort_value
      from task
      where ${matching(sql, serviceId, filter)}
        ${after(sql, order, last)}
      ${ordering(sql, order)}
      ${batchLimit(sql, start)}
    ), ${boundedBatch(sql, sizeOf(sql, names, withRecent), start)}
    ${selectBatch(
      sql,
      sql`${shown} ${withRecent ? recent(sql) : sql``} ${withAlerts ? openAlerts(sql) : sql``} ${withSet ? ownSet(sql) : sql``}`,
      ['id', 'sort_value'],
    )}`
  return toBatch(row)
}

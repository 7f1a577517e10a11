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
import { failing, openAlerts, ownSet, type RecentName, recent } from './list-additions.ts'
import { columns, type ReturnedName } from './queries.ts'
import { matching, type TaskFilter } from './task-filter.ts'

/** The values of `sort`: columns by which a list of tasks can be sorted. */
export const sortKeys = ['name', 'scheduled_at', 'created_at', 'failing_since'] as const
/** A column by which a list of tasks can be sorted. */
export type SortKey = (typeof sortKeys)[number]

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
  /** The fields of each of the last 20 results of each task, in `recent`, newest first; undefined for no `recent`. */
  readonly recentNames: readonly RecentName[] | undefined
  /** Whether each task has `alerts`: its open alerts. */
  readonly withAlerts: boolean
  /** Whether each task has `failing`: since when and how often it has failed, null for one that is not failing. */
  readonly withFailing: boolean
  /** Whether each task has `set`: the task set that it belongs to. */
  readonly withSet: boolean
  /** The fields of each task. The others are not read. */
  readonly names: readonly ReturnedName[]
}

/** SQL for the `order by` of a list. Ids are UUIDv7, so their index lists tasks by creation without a sort. */
function ordering(sql: Sql, order: TaskOrder | undefined): Fragment {
  if (order === undefined) return sql`order by id desc`
  const column = sortColumn(sql, order)
  return order.descending ? sql`order by ${column} desc, id desc` : sql`order by ${column}, id`
}

/**
 * SQL for the value by which tasks are sorted. Run-once tasks that have run have no next run and sort last; those that are not
 * failing stand behind those that are, in both directions.
 */
function sortColumn(sql: Sql, { key, descending }: TaskOrder): Fragment {
  if (key === 'failing_since')
    return sql`coalesce(failing_since, ${descending ? '-infinity' : 'infinity'}::timestamptz)`
  if (key === 'scheduled_at') return sql`coalesce(scheduled_at, 'infinity')`
  return key === 'name' ? sql`name` : sql`created_at`
}

/** SQL for what a list sorted by this order reads beside `task`. */
const sortedBy = (sql: Sql, serviceId: string, order: TaskOrder | undefined) =>
  order?.key === 'failing_since'
    ? sql`
      left join (
        select task_id as failing_id, since as failing_since
        from failing_task
        where service_id = ${serviceId}
      ) failing on failing.failing_id = task.id`
    : sql``

/** The position of a task in a list. */
export interface TaskCursor {
  readonly id: string
  /** The value by which the task is sorted, times as RFC 3339, `infinity` or `-infinity`; null when the list is sorted by id. */
  readonly sort_value: string | null
}

/** Returns the schema of the positions in a list with this order. */
export const positionSchema = (order: TaskOrder | undefined) =>
  Type.Object({ id: Id, sort_value: sortValueSchema(order) })

function sortValueSchema(order: TaskOrder | undefined) {
  if (order === undefined) return Type.Null()
  return order.key === 'name' ? Type.String() : Type.Union([Time, Type.Literal('infinity'), Type.Literal('-infinity')])
}

/** SQL for the value by which a task is sorted, as in `TaskCursor`. */
function sortValue(sql: Sql, order: TaskOrder | undefined): Fragment {
  if (order === undefined) return sql`null`
  return order.key === 'name' ? sql`name` : rfc3339(sql, sortColumn(sql, order))
}

/** SQL condition for the tasks after a position; empty without a position. */
function after(sql: Sql, order: TaskOrder | undefined, last: TaskCursor | undefined): Fragment {
  if (last === undefined) return sql``
  if (order === undefined) return sql`and id < ${last.id}`
  const column = sortColumn(sql, order)
  const value = order.key === 'name' ? sql`${last.sort_value}::text` : sql`${last.sort_value}::text::timestamptz`
  return order.descending
    ? sql`and (${column}, id) < (${value}, ${last.id})`
    : sql`and (${column}, id) > (${value}, ${last.id})`
}

/** Approximate size of the recent results of one task as JSON, in bytes. */
const recentBytes = 5_000

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
  { filter, order, recentNames, withAlerts, withFailing, withSet, names }: ListOptions,
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
      ${sortedBy(sql, serviceId, order)}
      where ${matching(sql, serviceId, filter)}
        ${after(sql, order, last)}
      ${ordering(sql, order)}
      ${batchLimit(sql, start)}
    ), ${boundedBatch(sql, sizeOf(sql, names, recentNames !== undefined), start)}
    ${selectBatch(
      sql,
      sql`${shown} ${recentNames ? recent(sql, recentNames) : sql``} ${withAlerts ? openAlerts(sql, serviceId) : sql``} ${withFailing ? failing(sql) : sql``} ${withSet ? ownSet(sql) : sql``}`,
      ['id', 'sort_value'],
    )}`
  return toBatch(row)
}

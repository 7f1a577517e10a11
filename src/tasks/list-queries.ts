import { boundedBatch } from '../database/bounded-batch.ts'
import { rfc3339 } from '../database/rfc3339.ts'
import type { Fragment, Sql } from '../database/sql.ts'
import type { Batch } from '../http/json-stream.ts'
import { fieldEntries } from '../task-fields/fields.ts'
import { answeredColumns, columns } from './queries.ts'

export const sortKeys = ['name', 'scheduled_at', 'created_at'] as const
export type SortKey = (typeof sortKeys)[number]

export interface TaskFilter {
  readonly status?: string
  /** Literal text that the name or the URL must hold, in any case. */
  readonly search?: string
}

/** In which order tasks are listed, ids deciding between equals. Undefined: newest first. */
export interface TaskOrder {
  readonly key: SortKey
  readonly descending: boolean
}

export interface ListOptions {
  readonly filter: TaskFilter
  readonly order: TaskOrder | undefined
  /** Adds `recent`: the last 20 results of each task, newest first. */
  readonly withRecent: boolean
}

const matching = (sql: Sql, serviceId: string, filter: TaskFilter) => sql`
  service_id = ${serviceId}
  and deleted_at is null
  ${filter.status === undefined ? sql`` : sql`and status = ${filter.status}`}
  ${
    filter.search === undefined
      ? sql``
      : sql`and (strpos(lower(name), lower(${filter.search})) > 0 or strpos(lower(url), lower(${filter.search})) > 0)`
  }`

/** Ids are UUIDv7: their order is that of creation, and their index gives it without a sort. */
function ordering(sql: Sql, order: TaskOrder | undefined): Fragment {
  if (order === undefined) return sql`order by id desc`
  const column = sortColumn(sql, order.key)
  return order.descending ? sql`order by ${column} desc, id desc` : sql`order by ${column}, id`
}

/** A task that has run once has no next time, and comes after all others. */
function sortColumn(sql: Sql, key: SortKey): Fragment {
  if (key === 'scheduled_at') return sql`coalesce(scheduled_at, 'infinity')`
  return key === 'name' ? sql`name` : sql`created_at`
}

/** Where a batch of a list ended: its last task, and by what that was sorted. */
export interface Place {
  readonly id: string
  readonly value: string | null
}

function behind(sql: Sql, order: TaskOrder | undefined, last: Place | undefined): Fragment {
  if (last === undefined) return sql``
  if (order === undefined) return sql`and id < ${last.id}`
  const column = sortColumn(sql, order.key)
  const value = order.key === 'name' ? sql`${last.value}::text` : sql`${last.value}::text::timestamptz`
  return order.descending
    ? sql`and (${column}, id) < (${value}, ${last.id})`
    : sql`and (${column}, id) > (${value}, ${last.id})`
}

/** About what the results of one task are in JSON, in bytes. */
const recentBytes = 5_000

/** The last 20 results of the rows named `batch`, as JSON beside each. */
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

/** How many tasks match. */
export async function countTasks(sql: Sql, serviceId: string, filter: TaskFilter): Promise<number> {
  const [row] = await sql<{ total: number }[]>`
    /* duly:count_tasks */
    select count(*)::int as total
    from task
    where ${matching(sql, serviceId, filter)}`
  return row?.total ?? 0
}

/** Which of the matching tasks a batch begins with and how many there are at most. */
export interface BatchStart {
  /** The place behind which it begins; the offset is then left out. */
  readonly last?: Place | undefined
  /** How many tasks it passes over. */
  readonly offset?: number
  readonly limit: number
}

/** The columns of a task that are times. */
const timeColumns: ReadonlySet<string> = new Set([
  'created_at',
  'updated_at',
  ...fieldEntries.filter(([, { column }]) => column === 'timestamptz').map(([name]) => name),
])

/**
 * A batch of matching tasks, as JSON that PostgreSQL writes: taken apart into rows and put together again here, a long list
 * would cost three times the memory. It ends where `batchBytes` are reached, with one task at least. A walk through all
 * batches holds no transaction open.
 */
export async function listBatch(
  sql: Sql,
  serviceId: string,
  { filter, order, withRecent }: ListOptions,
  { last, offset = 0, limit }: BatchStart,
): Promise<Batch<Place> & { readonly count: number }> {
  // Times as RFC 3339, which JSON of PostgreSQL does not write.
  const shown = answeredColumns.map((name, index) => {
    const value = timeColumns.has(name) ? rfc3339(sql, sql`batch.${sql(name)}`) : sql`batch.${sql(name)}`
    return sql`${index === 0 ? sql`` : sql`, `}${value} as ${sql(name)}`
  })
  const [row] = await sql<{ json: string | null; count: number; matched: number; id: string; value: string | null }[]>`
    /* duly:list_tasks */
    with matched as materialized (
      select
        ${columns(sql)},
        ${order === undefined ? sql`null` : sql`${sortColumn(sql, order.key)}::text`} as place
      from task
      where ${matching(sql, serviceId, filter)}
        ${behind(sql, order, last)}
      ${ordering(sql, order)}
      limit ${limit}
      offset ${last ? 0 : offset}
    ), ${boundedBatch(sql, sql`coalesce(octet_length(payload), 0) + octet_length(header::text) + ${withRecent ? recentBytes : 0}::integer`)}
    select
      string_agg(row_to_json(task)::text, ',') as json,
      count(*)::integer as count,
      (select count(*)::integer from matched) as matched,
      (array_agg(batch.id))[count(*)] as id,
      (array_agg(batch.place))[count(*)] as value
    from batch
    cross join lateral (select ${shown} ${withRecent ? recent(sql) : sql``}) task`
  const { json = null, count = 0, matched = 0, id = '', value = null } = row ?? {}
  return { json, count, last: { id, value }, more: count < matched || (limit > 0 && matched === limit) }
}

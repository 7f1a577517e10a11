import type { Fragment, Sql } from '../database/connect.ts'
import type { Task } from './model.ts'
import { columns } from './queries.ts'

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

function behind(sql: Sql, order: TaskOrder | undefined, last: Task | undefined): Fragment {
  if (last === undefined) return sql``
  if (order === undefined) return sql`and id < ${last.id}`
  const column = sortColumn(sql, order.key)
  const value = last[order.key] ?? 'infinity'
  return order.descending
    ? sql`and (${column}, id) < (${value}, ${last.id})`
    : sql`and (${column}, id) > (${value}, ${last.id})`
}

/** The chosen tasks' last 20 results, as JSON beside each row. */
const recent = (sql: Sql) => sql`
  , (
    select coalesce(json_agg(result), '[]')
    from (
      select
        id, status, status_code, duration_ms, error,
        to_char(scheduled_for, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as scheduled_for,
        to_char(created_at, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as created_at
      from execution
      where execution.service_id = task.service_id
        and execution.task_id = task.id
      order by execution.created_at desc, execution.id desc
      limit 20
    ) result
  ) as recent`

/** How many tasks match. */
export async function countTasks(sql: Sql, serviceId: string, filter: TaskFilter): Promise<number> {
  const [row] = await sql<{ total: number }[]>`
    select count(*)::int as total
    from task
    where ${matching(sql, serviceId, filter)}`
  return row?.total ?? 0
}

/** One page of matching tasks. */
export async function listTasks(
  sql: Sql,
  serviceId: string,
  { filter, order, withRecent }: ListOptions,
  page: { offset: number; limit: number },
): Promise<Task[]> {
  return sql<Task[]>`
    select ${columns(sql)} ${withRecent ? recent(sql) : sql``}
    from task
    where ${matching(sql, serviceId, filter)}
    ${ordering(sql, order)}
    limit ${page.limit}
    offset ${page.offset}`
}

/** The next batch of matching tasks after `last`: a walk through all of them holds no transaction open. */
export async function listTasksAfter(
  sql: Sql,
  serviceId: string,
  { filter, order, withRecent }: ListOptions,
  last: Task | undefined,
  limit: number,
): Promise<Task[]> {
  return sql<Task[]>`
    select ${columns(sql)} ${withRecent ? recent(sql) : sql``}
    from task
    where ${matching(sql, serviceId, filter)}
      ${behind(sql, order, last)}
    ${ordering(sql, order)}
    limit ${limit}`
}

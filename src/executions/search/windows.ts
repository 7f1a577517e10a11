import type { Sql } from '../../database/sql.ts'
import {
  type Filter,
  type Found,
  hasReason,
  isOfWantedTask,
  isWithin,
  type Key,
  type Position,
  positionOf,
  type Start,
} from './filter.ts'
import { listSizes, startOfWindow } from './partitions.ts'

/** The size of the first window, in bytes of executions of all services, and by how much each next one may be larger. */
const firstBytes = 2_097_152
const growth = 4
/** How long a search goes on to another window, in ms, and how long a window should take. */
const budgetMs = 50
const windowMs = 25

/** The least id: a position with it is behind every execution of later times. */
const leastId = '00000000-0000-0000-0000-000000000000'

/**
 * Searches executions of any status, for which there is no index by time: in windows of time, newest first. A window is chosen
 * by the size of the partitions that it reads, and each is larger than the one before while they are read quickly. A search
 * that has taken its time ends early, with fewer executions or none, and goes on behind the last window.
 */
export async function searchWindows(
  sql: Sql,
  filter: Filter,
  start: Start | undefined,
  limit: number,
  { budget = budgetMs, first = firstBytes } = {},
): Promise<Found> {
  const began = performance.now()
  const partitions = await listSizes(sql)
  const nowMs = Date.now()
  const fromMs = filter.from === undefined ? Number.NEGATIVE_INFINITY : Date.parse(filter.from)
  const keys: Key[] = []
  let behind: Position | undefined = start
  let endMs = Math.min(
    start === undefined ? Number.POSITIVE_INFINITY : Date.parse(start.created_at),
    filter.to === undefined ? Number.POSITIVE_INFINITY : Date.parse(filter.to),
  )
  for (let bytes = start?.bytes ?? first; ; ) {
    const startMs = startOfWindow(partitions, endMs, bytes, nowMs)
    const isLast = startMs <= fromMs
    const from = isLast ? filter.from : new Date(startMs).toISOString()
    const windowBegan = performance.now()
    keys.push(...(await searchWindow(sql, { ...filter, from }, behind, limit - keys.length)))
    if (keys.length === limit) return { keys, next: positionOf(keys.at(-1) as Key) }
    if (isLast || from === undefined) return { keys, next: undefined }
    behind = { created_at: from, id: leastId }
    endMs = startMs
    const now = performance.now()
    bytes = Math.ceil(bytes * Math.min(growth, Math.max(1 / growth, windowMs / (now - windowBegan))))
    if (now - began > budget) return { keys, next: { ...behind, bytes } }
  }
}

async function searchWindow(
  sql: Sql,
  filter: Filter,
  after: Position | undefined,
  limit: number,
): Promise<readonly Key[]> {
  const { statuses, taskId } = filter
  return sql<Key[]>`
    /* duly:search_executions */
    select created_at, id, task_id
    from execution
    where ${isWithin(sql, filter, after)}
      ${taskId === undefined ? sql`` : sql`and task_id = ${taskId}`}
      ${statuses === undefined ? sql`` : sql`and status = any(${statuses as string[]})`}
      and ${hasReason(sql, sql`execution`, filter)}
      ${isOfWantedTask(sql, sql`execution.task_id`, filter)}
    order by created_at desc, id desc
    limit ${limit}`
}

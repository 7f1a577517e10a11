import type { Sql } from '../../database/sql.ts'
import {
  type Filter,
  type Found,
  hasReason,
  isWithin,
  type Key,
  type Position,
  positionOf,
  type Start,
} from './filter.ts'

/** The first window, and by how much each next one is wider. */
const firstMs = 1_000
const growth = 8
/** A window of this width reaches back to the beginning: executions are kept for ten years at most. */
const wholeMs = 3_700 * 86_400_000
/** How long a search goes on to another window, in ms, and how long a window should take. */
const budgetMs = 50
const windowMs = 32
/** Executions of this size in the database, in bytes, are searched in one window. */
const fewBytes = 33_554_432

/** The least id: a position with it is behind every execution of later times. */
const leastId = '00000000-0000-0000-0000-000000000000'

/** How long a search goes on to another window, in ms, and what tells whether there are few executions. */
interface Limits {
  readonly budget?: number
  readonly few?: (sql: Sql) => Promise<boolean>
}

/**
 * Searches executions of any status, for which there is no index by time: in windows of time, newest first, each wider than
 * the one before while they are read quickly. A search that has taken its time ends early, with fewer executions or none, and
 * goes on behind the last window.
 */
export async function searchWindows(
  sql: Sql,
  filter: Filter,
  start: Start | undefined,
  limit: number,
  { budget = budgetMs, few = areFew }: Limits = {},
): Promise<Found> {
  const began = performance.now()
  const fromMs = filter.from === undefined ? Number.NEGATIVE_INFINITY : Date.parse(filter.from)
  const keys: Key[] = []
  let behind: Position | undefined = start
  let anchorMs = Math.min(
    start === undefined ? Date.now() : Date.parse(start.created_at),
    filter.to === undefined ? Number.POSITIVE_INFINITY : Date.parse(filter.to),
  )
  let width = start?.width_ms ?? ((await few(sql)) ? Number.POSITIVE_INFINITY : firstMs)
  while (true) {
    const isLast = width > wholeMs || anchorMs - width <= fromMs
    const from = isLast ? filter.from : new Date(anchorMs - width).toISOString()
    const windowBegan = performance.now()
    keys.push(...(await searchWindow(sql, { ...filter, from }, behind, limit - keys.length)))
    if (keys.length === limit) return { keys, next: positionOf(keys.at(-1) as Key) }
    if (isLast || from === undefined) return { keys, next: undefined }
    behind = { created_at: from, id: leastId }
    anchorMs -= width
    const now = performance.now()
    width *= Math.min(growth, Math.max(1 / growth, windowMs / (now - windowBegan)))
    if (now - began > budget) return { keys, next: { ...behind, width_ms: Math.ceil(width) } }
  }
}

/** Whether all executions are read quickly, so that windows are of no use. */
async function areFew(sql: Sql): Promise<boolean> {
  const [row] = await sql<{ are_few: boolean }[]>`
    /* duly:measure_executions */
    select coalesce(sum(pg_relation_size(inhrelid)), 0) < ${fewBytes} as are_few
    from pg_inherits
    where inhparent = 'execution'::regclass`
  return row?.are_few === true
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
    where ${isWithin(sql, sql`execution`, filter, after)}
      ${taskId === undefined ? sql`` : sql`and task_id = ${taskId}`}
      ${statuses === undefined ? sql`` : sql`and status = any(${statuses as string[]})`}
      and ${hasReason(sql, sql`execution`, filter)}
    order by created_at desc, id desc
    limit ${limit}`
}

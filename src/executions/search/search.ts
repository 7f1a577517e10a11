import type { Sql } from '../../database/sql.ts'
import { searchFailures } from './failures.ts'
import { type Filter, type Found, isOfWantedTask, type Key, type Position, type Start, upTo } from './filter.ts'
import { searchWindows } from './windows.ts'

/**
 * Searches the executions of all tasks of a service, newest first: failures in their own table, queued executions among the
 * tasks that wait for one, and others in windows of time.
 * @returns at most `limit` keys
 */
export async function search(sql: Sql, filter: Filter, start: Start | undefined, limit: number): Promise<Found> {
  const statuses = new Set(filter.statuses)
  const only = statuses.size === 1 ? [...statuses][0] : undefined
  if (only === 'failed') return searchFailures(sql, filter, start, limit)
  if (only === 'queued') return searchQueued(sql, filter, start, limit)
  const isOpen = statuses.size > 0 && [...statuses].every((status) => status === 'started' || status === 'queued')
  if (!isOpen) return searchWindows(sql, filter, start, limit)
  const oldest = await findOldestOpen(sql, filter.serviceId)
  const from = [filter.from, oldest]
    .filter((time) => time !== undefined)
    .toSorted((a, b) => Date.parse(b) - Date.parse(a))[0]
  return searchWindows(sql, { ...filter, from }, start, limit)
}

/** The time before which no execution of a service that is started or queued was created; undefined when it is not known. */
async function findOldestOpen(sql: Sql, serviceId: string): Promise<string | undefined> {
  const [row] = await sql<{ oldest: string | null }[]>`
    /* duly:find_oldest_open */
    select least(
      (select min(oldest_open_at) from replica),
      (select min(queued_created_at) from task where service_id = ${serviceId} and queued_for is not null)
    ) as oldest`
  return row?.oldest ?? undefined
}

/** Queued executions have no error and no status code yet. */
async function searchQueued(sql: Sql, filter: Filter, after: Position | undefined, limit: number): Promise<Found> {
  const { serviceId, from, to, taskId, statusCode, text } = filter
  if (statusCode !== undefined || text !== undefined) return { keys: [], next: undefined }
  const keys = await sql<Key[]>`
    /* duly:search_queued */
    select queued_created_at as created_at, queued_id as id, id as task_id
    from task
    where service_id = ${serviceId}
      and queued_for is not null
      ${from === undefined ? sql`` : sql`and queued_created_at >= ${from}::text::timestamptz`}
      ${to === undefined ? sql`` : sql`and queued_created_at < ${to}::text::timestamptz`}
      ${taskId === undefined ? sql`` : sql`and id = ${taskId}`}
      ${isOfWantedTask(sql, sql`task.id`, filter)}
      ${
        after === undefined
          ? sql``
          : sql`and (queued_created_at, queued_id) < (${after.created_at}::text::timestamptz, ${after.id}::uuid)`
      }
    order by queued_created_at desc, queued_id desc
    limit ${limit}`
  return upTo(limit, keys)
}

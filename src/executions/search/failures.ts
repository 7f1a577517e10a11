import type { Fragment, Sql } from '../../database/sql.ts'
import { failedAt, failedAtOfAll } from '../../transitions/record-failures.ts'
import {
  type Filter,
  type Found,
  hasFailedWithin,
  hasReason,
  isOfWantedTask,
  type Key,
  type Position,
  upTo,
} from './filter.ts'

/** How many of the newest failures are looked through before they are looked up by task or reason. */
const lookedThrough = 20_000

/**
 * Searches failed executions by when they failed, in `failed_execution`. What many of the newest failures match is found by reading these; what
 * few match, by the index of the task or of the reason.
 */
export async function searchFailures(
  sql: Sql,
  filter: Filter,
  after: Position | undefined,
  limit: number,
): Promise<Found> {
  const newest = await searchNewest(sql, filter, after, limit)
  if (newest.length === limit || !isNarrowed(filter)) return upTo(limit, newest)
  const keys = hasTaskFilter(filter) ? searchByTask : searchByReason
  return upTo(limit, await keys(sql, filter, after, limit))
}

const hasReasonFilter = ({ statusCode, text }: Filter) => statusCode !== undefined || text !== undefined
const hasTaskFilter = ({ taskId, labels = [], host, taskName }: Filter) =>
  taskId !== undefined || labels.length > 0 || host !== undefined || taskName !== undefined
const isNarrowed = (filter: Filter) => hasTaskFilter(filter) || hasReasonFilter(filter)

/** SQL: a CTE with the reasons that a filter asks for. */
const wantedReasons = (sql: Sql, filter: Filter): Fragment => sql`
  wanted_reason as materialized (
    select reason
    from failure_reason
    where service_id = ${filter.serviceId}
      and ${hasReason(sql, sql`failure_reason`, filter)}
  )`

/** SQL: a CTE with the tasks that a filter asks for, by its id, its labels, the host or its name. */
const wantedTasks = (sql: Sql, filter: Filter): Fragment => sql`
  wanted_task as materialized (
    select id as task_id
    from task
    where service_id = ${filter.serviceId}
      ${filter.taskId === undefined ? sql`` : sql`and id = ${filter.taskId}`}
      ${isOfWantedTask(sql, sql`task.id`, filter)}
  )`

/** SQL: a condition on the column `reason`, with `and` before it. */
const isForReason = (sql: Sql, filter: Filter): Fragment =>
  hasReasonFilter(filter) ? sql`and reason in (select reason from wanted_reason)` : sql``

/** SQL: the columns of a key, of a row named `failed`. @param at when it failed */
const found = (sql: Sql, at: Fragment): Fragment =>
  sql`${at} as failed_at, failed.created_at, failed.id, failed.task_id`

const ofAll = (sql: Sql) => failedAtOfAll(sql, sql`failed`)
const ofSome = (sql: Sql) => failedAt(sql, sql`failed`)

async function searchNewest(
  sql: Sql,
  filter: Filter,
  after: Position | undefined,
  limit: number,
): Promise<readonly Key[]> {
  return sql<Key[]>`
    /* duly:search_newest_failures */
    with ${wantedReasons(sql, filter)}
    select failed_at, created_at, id, task_id
    from (
      select ${found(sql, ofAll(sql))}, reason
      from failed_execution as failed
      where ${hasFailedWithin(sql, ofAll(sql), filter, after)}
      order by ${ofAll(sql)} desc, id desc
      limit ${lookedThrough}
    ) failure
    where true
      ${filter.taskId === undefined ? sql`` : sql`and task_id = ${filter.taskId}`}
      ${isForReason(sql, filter)}
      ${isOfWantedTask(sql, sql`failure.task_id`, filter)}
    order by failed_at desc, id desc
    limit ${limit}`
}

async function searchByTask(
  sql: Sql,
  filter: Filter,
  after: Position | undefined,
  limit: number,
): Promise<readonly Key[]> {
  return sql<Key[]>`
    /* duly:search_failures_of_task */
    with ${wantedReasons(sql, filter)},
    ${wantedTasks(sql, filter)}
    select failure.failed_at, failure.created_at, failure.id, failure.task_id
    from wanted_task
    -- The newest ones of each task.
    cross join lateral (
      select ${found(sql, ofSome(sql))}
      from failed_execution as failed
      where ${hasFailedWithin(sql, ofSome(sql), filter, after)}
        and task_id = wanted_task.task_id
        ${isForReason(sql, filter)}
      order by ${ofSome(sql)} desc, id desc
      limit ${limit}
    ) failure
    order by failure.failed_at desc, failure.id desc
    limit ${limit}`
}

async function searchByReason(
  sql: Sql,
  filter: Filter,
  after: Position | undefined,
  limit: number,
): Promise<readonly Key[]> {
  return sql<Key[]>`
    /* duly:search_failures_by_reason */
    with ${wantedReasons(sql, filter)}
    select failure.failed_at, failure.created_at, failure.id, failure.task_id
    from wanted_reason
    -- The newest ones of each reason.
    cross join lateral (
      select ${found(sql, ofSome(sql))}
      from failed_execution as failed
      where ${hasFailedWithin(sql, ofSome(sql), filter, after)}
        and failed.reason = wanted_reason.reason
      order by ${ofSome(sql)} desc, id desc
      limit ${limit}
    ) failure
    order by failure.failed_at desc, failure.id desc
    limit ${limit}`
}

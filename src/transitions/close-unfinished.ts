import { rows } from '../database/rows.ts'
import { servicesWith } from '../database/services-with.ts'
import type { Fragment, Sql } from '../database/sql.ts'
import { cancelQueued } from './cancel.ts'
import { disabledIf } from './disable.ts'
import type { Missed } from './missed-slots.ts'
import { isCurrentStarted, repeats } from './predicates.ts'
import { recordUnsent } from './record-failures.ts'

/** The key of an execution. */
export interface ExecutionKey {
  readonly service_id: string
  readonly task_id: string
  readonly created_at: string
  readonly id: string
}

/** Whether the executions of a row of `task` may be closed. */
const isMeant = (sql: Sql, { runOnce }: Missed): Fragment => sql`(${runOnce} or ${repeats(sql)})`

/** The services with a queued execution. */
export async function listQueuedServices(sql: Sql): Promise<string[]> {
  const found = await sql<{ service_id: string }[]>`
    /* duly:list_queued_services */
    ${servicesWith(sql, 'task', sql`queued_for is not null`)}`
  return found.map(({ service_id }) => service_id)
}

/** How many executions were queued in time, in all services. */
export async function countQueued(sql: Sql, missed: Missed): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    /* duly:count_queued */
    select count(*)::integer as count
    from task
    where queued_for is not null
      and queued_created_at <= ${missed.until}::timestamptz
      and ${isMeant(sql, missed)}`
  return row?.count ?? 0
}

/**
 * Closes queued executions of a service as failed without sending them, whatever they are: retries, redeliveries, runs now.
 * A task that runs once, whose only slot waits for a retry, is disabled. Tasks that another transaction has locked are left.
 * @returns how many were closed; fewer than `limit` when none remains
 */
export async function closeQueued(sql: Sql, serviceId: string, missed: Missed, error: string, limit: number) {
  const { count } = await sql`
    /* duly:close_queued */
    with waiting as materialized (
      select
        task.service_id, task.id, task.queued_created_at, task.queued_id,
        task.once_running and not exists (select from execution where ${isCurrentStarted(sql)}) as ends
      from task
      where task.service_id = ${serviceId}
        and task.queued_for is not null
        and task.queued_created_at <= ${missed.until}::timestamptz
        and ${isMeant(sql, missed)}
      order by task.queued_for
      limit ${limit}
      for update of task skip locked
    ),
    ${cancelQueued(sql, sql`waiting`, sql`${error}`, sql`true`)}
    update task
    set queued_for = null,
        queued_created_at = null,
        queued_id = null,
        once_running = task.once_running and not waiting.ends,
        ${disabledIf(sql, sql`waiting.ends`)},
        scheduled_at = case when waiting.ends then null else task.scheduled_at end
    from waiting
    where task.service_id = waiting.service_id
      and task.id = waiting.id`
  return count
}

/**
 * Executions that replicas have left started. None of them was created before the `oldest_open_at` of a replica. For a
 * connection that may read ranges.
 */
export async function listStarted(sql: Sql, missed: Missed): Promise<ExecutionKey[]> {
  return sql<ExecutionKey[]>`
    /* duly:list_started */
    select execution.service_id, execution.task_id, execution.created_at, execution.id
    from execution
    join task on task.service_id = execution.service_id and task.id = execution.task_id
    where execution.created_at >= (select coalesce(min(oldest_open_at), now()) from replica)
      and execution.created_at <= ${missed.until}::timestamptz
      and execution.status = 'started'
      and ${isMeant(sql, missed)}
    order by execution.service_id, execution.task_id`
}

/**
 * Closes started executions of one service as failed, and does not send their slots again. Their outcome is not known, so they
 * do not count as failures of the task. A task that runs once is disabled. Executions that have ended meanwhile, or that another
 * transaction has locked, are left.
 * @returns how many were closed
 */
export async function closeStarted(sql: Sql, keys: readonly ExecutionKey[], error: string): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    /* duly:close_started */
    with left_open as materialized (
      select execution.service_id, execution.task_id, execution.created_at, execution.id
      from ${rows(sql, keys, 'listed', { service_id: 'uuid', task_id: 'uuid', created_at: 'timestamptz', id: 'uuid' })}
      join execution
        on execution.service_id = listed.service_id
        and execution.task_id = listed.task_id
        and execution.created_at = listed.created_at
        and execution.id = listed.id
      join task on task.service_id = execution.service_id and task.id = execution.task_id
      where execution.status = 'started'
      for update of task, execution skip locked
    ),
    closed as (
      update execution
      set status = 'failed',
          error = ${error}
      from left_open
      where execution.service_id = left_open.service_id
        and execution.task_id = left_open.task_id
        and execution.created_at = left_open.created_at
        and execution.id = left_open.id
      returning
        execution.service_id, execution.task_id, execution.created_at, execution.id, execution.status_code, execution.error
    ),
    released as (
      update task
      set queued_running = false,
          once_running = false,
          ${disabledIf(sql, sql`task.once_running`)},
          scheduled_at = case when task.once_running then null else task.scheduled_at end
      from closed
      where task.service_id = closed.service_id
        and task.id = closed.task_id
        and task.current_execution_id = closed.id
    ),
    ${recordUnsent(sql, sql`select * from closed`)}
    select count(*)::integer as count
    from closed`
  return row?.count ?? 0
}

import { rows } from '../database/rows.ts'
import type { Fragment, Sql } from '../database/sql.ts'
import { type ClosedLost, closedLost, closeLost } from './close-lost.ts'
import { disabledIf } from './disable.ts'
import type { Orphan, StuckTask } from './find-orphans.ts'
import { isCurrent, isCurrentStarted, isQueuedInVain, isRunningInVain } from './predicates.ts'
import { recordUnsent } from './record-failures.ts'

/** Orphans as rows named `orphan`. */
const orphanRows = (sql: Sql, orphans: readonly Orphan[]): Fragment =>
  rows(sql, orphans, 'orphan', { service_id: 'uuid', task_id: 'uuid', created_at: 'timestamptz', id: 'uuid' })

/** Joins those rows to `execution` and `task`. */
const joinOrphans = (sql: Sql): Fragment => sql`
  join execution
    on execution.service_id = orphan.service_id
    and execution.task_id = orphan.task_id
    and execution.created_at = orphan.created_at
    and execution.id = orphan.id
  join task on task.service_id = execution.service_id and task.id = execution.task_id`

/**
 * Closes started orphans as lost and queues their slots again, each three times at most. Executions that have an owner by
 * now, or that another transaction has locked, are left.
 * @param self this replica and its host
 */
export async function closeOrphans(
  sql: Sql,
  orphans: readonly Orphan[],
  self: { id: string; host: string },
): Promise<ClosedLost> {
  const [row] = await sql<ClosedLost[]>`
    /* duly:close_orphans */
    with left_open as materialized (
      select
        execution.service_id, execution.task_id, execution.created_at, execution.id,
        case when execution.replica_id = ${self.id} then ${self.host} else 'an unknown host' end as host
      from ${orphanRows(sql, orphans)}
      ${joinOrphans(sql)}
      where execution.status = 'started'
        and (
          execution.replica_id = ${self.id}
          or not exists (select from replica where replica.id = execution.replica_id)
        )
      for update of task, execution skip locked
    ),
    ${closeLost(sql)}
    ${closedLost(sql)}`
  return row as ClosedLost
}

/**
 * Closes queued executions that their tasks do not wait for, and which no claim would find.
 * @returns how many were closed
 */
export async function closeUnclaimable(sql: Sql, orphans: readonly Orphan[]): Promise<number> {
  const [row] = await sql<{ closed: number }[]>`
    /* duly:close_unclaimable */
    with unclaimable as materialized (
      select execution.service_id, execution.task_id, execution.created_at, execution.id
      from ${orphanRows(sql, orphans)}
      ${joinOrphans(sql)}
      where execution.status = 'queued'
        and task.queued_id is distinct from execution.id
      for update of task, execution skip locked
    ),
    closed as (
      update execution
      set status = 'failed',
          error = 'not sent: its task no longer waited for it'
      from unclaimable
      where execution.service_id = unclaimable.service_id
        and execution.task_id = unclaimable.task_id
        and execution.created_at = unclaimable.created_at
        and execution.id = unclaimable.id
      returning
        execution.service_id, execution.task_id, execution.created_at, execution.id, execution.status_code, execution.error
    ),
    ${recordUnsent(sql, sql`select * from closed`)}
    select count(*)::integer as closed
    from closed`
  return row?.closed ?? 0
}

/**
 * Releases tasks that are marked as running or queued with nothing open. A task that runs once is due again if its
 * execution does not exist, and has ended if the execution is closed. Tasks that have changed since they were found, or
 * that another transaction has locked, are left.
 * @returns how many were released
 */
export async function releaseTasks(sql: Sql, tasks: readonly StuckTask[]): Promise<number> {
  const isOpen = sql`exists (select from execution where ${isCurrentStarted(sql)})`
  const { count } = await sql`
    /* duly:release_tasks */
    with stuck as materialized (
      select
        task.service_id, task.id,
        ${isQueuedInVain(sql)} as is_queued_in_vain,
        task.once_running and task.queued_id is null and exists (select from execution where ${isCurrent(sql)}) as has_run
      from ${rows(sql, tasks, 'listed', {
        service_id: 'uuid',
        id: 'uuid',
        current_execution_id: 'uuid',
        queued_id: 'uuid',
      })}
      join task on task.service_id = listed.service_id and task.id = listed.id
      -- A task that was claimed in the meantime is left: this statement cannot see its new execution.
      where task.current_execution_id is not distinct from listed.current_execution_id
        and task.queued_id is not distinct from listed.queued_id
        and task.deleted_at is null
        and (${isQueuedInVain(sql)} or ${isRunningInVain(sql)})
      for update of task skip locked
    )
    update task
    set queued_for = case when stuck.is_queued_in_vain then null else task.queued_for end,
        queued_created_at = case when stuck.is_queued_in_vain then null else task.queued_created_at end,
        queued_id = case when stuck.is_queued_in_vain then null else task.queued_id end,
        queued_running = task.queued_running and ${isOpen},
        ${disabledIf(sql, sql`stuck.has_run`)},
        scheduled_at = case when stuck.has_run then null else task.scheduled_at end,
        once_running = task.once_running and (${isOpen} or task.queued_id is not null and not stuck.is_queued_in_vain)
    from stuck
    where task.service_id = stuck.service_id
      and task.id = stuck.id`
  return count
}

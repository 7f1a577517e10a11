import type { Sql } from '../database/sql.ts'
import { inRange, type PageRange } from './page-range.ts'
import { isQueuedInVain, isRunningInVain } from './predicates.ts'

/** An open execution that seems to have no owner. */
export interface Orphan {
  readonly service_id: string
  readonly task_id: string
  readonly created_at: string
  readonly id: string
  readonly status: 'started' | 'queued'
}

/** A task that is marked as running or queued while none of its executions seems to be open. */
export interface StuckTask {
  readonly service_id: string
  readonly id: string
  readonly current_execution_id: string | null
  readonly queued_id: string | null
}

/** The most rows that one statement returns. */
const findAtMost = 1_000

/**
 * Executions in a range that are `started` in this replica's name or in that of a replica without a row, and those that are
 * `queued` while their task does not wait for them. Reads the whole range, without an index.
 * @param self id of this replica
 */
export async function listOrphans(sql: Sql, range: PageRange, self: string): Promise<Orphan[]> {
  return sql<Orphan[]>`
    /* duly:list_orphans */
    select execution.service_id, execution.task_id, execution.created_at, execution.id, execution.status
    from ${sql(range.table)} as execution
    where ${inRange(sql, 'execution', range)}
      and execution.status in ('started', 'queued')
      and (
        execution.status = 'started' and (
          execution.replica_id = ${self}
          or not exists (select from replica where replica.id = execution.replica_id)
        )
        or execution.status = 'queued' and exists (
          select from task
          where task.service_id = execution.service_id
            and task.id = execution.task_id
            and task.deleted_at is null
            and task.queued_id is distinct from execution.id
        )
      )
    limit ${findAtMost}`
}

/** Tasks in a range that are marked as running or queued with an execution that has ended or does not exist. */
export async function listStuckTasks(sql: Sql, range: PageRange): Promise<StuckTask[]> {
  return sql<StuckTask[]>`
    /* duly:list_stuck_tasks */
    select task.service_id, task.id, task.current_execution_id, task.queued_id
    from task
    where ${inRange(sql, 'task', range)}
      and (task.once_running or task.queued_running or task.queued_id is not null)
      and task.deleted_at is null
      and (${isQueuedInVain(sql)} or ${isRunningInVain(sql)})
    limit ${findAtMost}`
}

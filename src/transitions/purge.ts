import type { Sql } from '../database/sql.ts'

/**
 * Deletes rows of tasks that were marked as deleted: up to `limit` of their executions, and each task without executions. A
 * call handles up to 20 tasks.
 * @returns the number of deleted executions and tasks; 0 when none is left
 */
export async function purgeDeleted(sql: Sql, limit: number): Promise<number> {
  const [row] = await sql<{ deleted: number }[]>`
    /* duly:purge_deleted */
    with retired as materialized (
      select service_id, id
      from task
      where deleted_at is not null
      order by deleted_at
      limit 20
      for update skip locked
    ), history as materialized (
      select execution.service_id, execution.task_id, execution.created_at, execution.id
      from retired
      join execution on execution.service_id = retired.service_id and execution.task_id = retired.id
      limit ${limit}
    ), deleted_executions as (
      delete from execution
      using history
      where execution.service_id = history.service_id
        and execution.task_id = history.task_id
        and execution.created_at = history.created_at
        and execution.id = history.id
      returning 1
    ), deleted_failures as (
      delete from failing_task
      using retired
      where failing_task.service_id = retired.service_id
        and failing_task.task_id = retired.id
    ), deleted_tasks as (
      delete from task
      using retired
      where task.service_id = retired.service_id
        and task.id = retired.id
        and not exists (select from history where history.service_id = retired.service_id and history.task_id = retired.id)
        and not exists (select from execution where execution.service_id = retired.service_id and execution.task_id = retired.id)
      returning 1
    )
    select (select count(*) from deleted_executions)::int + (select count(*) from deleted_tasks)::int as deleted`
  return row?.deleted ?? 0
}

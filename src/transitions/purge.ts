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
    ), deleted_records as (
      delete from failed_execution
      using history
      where failed_execution.service_id = history.service_id
        and failed_execution.created_at = history.created_at
        and failed_execution.id = history.id
    ), deleted_failures as (
      delete from failing_task
      using retired
      where failing_task.service_id = retired.service_id
        and failing_task.task_id = retired.id
    ), deleted_policies as (
      -- One that was set while its task was being deleted.
      delete from alert_policy
      using retired
      where alert_policy.service_id = retired.service_id
        and alert_policy.task_id = retired.id
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

/**
 * Deletes rows of `failed_execution` whose executions are past retention, up to `limit` of them.
 * @param retentionDays as for the executions, which are deleted by the day
 * @returns how many
 */
export async function purgeExpiredFailures(sql: Sql, retentionDays: number, limit: number): Promise<number> {
  const { count } = await sql`
    /* duly:purge_expired_failures */
    delete from failed_execution
    where ctid = any(array(
      select ctid
      from failed_execution
      where created_at < date_trunc('day', now(), 'UTC') - make_interval(days => ${retentionDays})
      limit ${limit}
    ))`
  return count
}

/**
 * Deletes the rows of `failure_reason` that no failed execution has any more. A reason that comes back in this very moment may
 * be missing until the next failure for it.
 */
export async function purgeUnusedReasons(sql: Sql): Promise<void> {
  await sql`
    /* duly:purge_unused_reasons */
    delete from failure_reason
    where not exists (
      select from failed_execution
      where failed_execution.service_id = failure_reason.service_id
        and failed_execution.reason = failure_reason.reason
    )`
}

import type { Sql } from '../database/connect.ts'
import type { Execution } from './model.ts'

/** How many executions a task has, of one status if given; undefined when the service has no such task. */
export async function countExecutions(
  sql: Sql,
  serviceId: string,
  taskId: string,
  status: string | undefined,
): Promise<number | undefined> {
  const [row] = await sql<{ total: number }[]>`
    select (
      select count(*)::int
      from execution
      where execution.service_id = task.service_id
        and execution.task_id = task.id
        ${status === undefined ? sql`` : sql`and execution.status = ${status}`}
    ) as total
    from task
    where service_id = ${serviceId}
      and id = ${taskId}
      and deleted_at is null`
  return row?.total
}

/** One page of a task's executions, newest first. */
export async function listExecutions(
  sql: Sql,
  serviceId: string,
  taskId: string,
  status: string | undefined,
  page: { offset: number; limit: number },
): Promise<Execution[]> {
  return sql<Execution[]>`
    select
      id, task_id, slot_id, status, status_code, response, response_truncated, error, scheduled_for, attempt, missed_slots,
      duration_ms, started_at, created_at
    from execution
    where service_id = ${serviceId}
      and task_id = ${taskId}
      ${status === undefined ? sql`` : sql`and status = ${status}`}
    order by created_at desc, id desc
    limit ${page.limit}
    offset ${page.offset}`
}

/**
 * Queues a run of a task now, whatever its status and schedule, unless one is queued or running. Any replica takes it.
 * @returns undefined when there is no such task; `execution` is null when the task is busy
 */
export async function insertRunNow(
  sql: Sql,
  serviceId: string,
  taskId: string,
): Promise<{ execution: Execution | null } | undefined> {
  const [row] = await sql<(Execution & { busy: boolean })[]>`
    with subject as materialized (
      select
        task.service_id,
        task.id,
        gen_random_uuid() as execution_id,
        task.queued_id is not null
          or task.queued_taken
          or exists (
            select from execution
            where execution.service_id = task.service_id
              and execution.task_id = task.id
              and execution.created_at = task.last_created_at
              and execution.id = task.last_id
              and execution.status = 'started'
          ) as busy
      from task
      where service_id = ${serviceId}
        and id = ${taskId}
        and deleted_at is null
      for update
    ), queued as (
      insert into execution (service_id, task_id, id, slot_id, created_at, scheduled_for, status)
      select service_id, id, execution_id, execution_id, now(), now(), 'queued'
      from subject
      where not busy
      returning
        id, task_id, slot_id, status, status_code, response, response_truncated, error, scheduled_for, attempt,
        missed_slots, duration_ms, started_at, created_at
    ), marked as (
      update task
      set queued_for = now(),
          queued_created_at = now(),
          queued_id = subject.execution_id
      from subject
      where task.service_id = subject.service_id
        and task.id = subject.id
        and not subject.busy
    )
    select subject.busy, queued.*
    from subject
    left join queued on true`
  if (row === undefined) return undefined
  const { busy, ...execution } = row
  return { execution: busy ? null : execution }
}

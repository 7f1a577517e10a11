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

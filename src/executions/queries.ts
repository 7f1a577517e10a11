import type { Sql } from '../database/connect.ts'
import type { Once } from '../idempotency/key.ts'
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
    select ${columns(sql)}
    from execution
    where service_id = ${serviceId}
      and task_id = ${taskId}
      ${status === undefined ? sql`` : sql`and status = ${status}`}
    order by created_at desc, id desc
    limit ${page.limit}
    offset ${page.offset}`
}

const columns = (sql: Sql) => sql`
  id, task_id, slot_id, status, status_code, response, response_truncated, error, scheduled_for, attempt, missed_slots,
  duration_ms, started_at, created_at`

/** One execution of a task, or undefined. */
export async function findExecution(
  sql: Sql,
  serviceId: string,
  taskId: string,
  at: { readonly created_at: string; readonly id: string },
): Promise<Execution | undefined> {
  const [row] = await sql<Execution[]>`
    select ${columns(sql)}
    from execution
    where service_id = ${serviceId}
      and task_id = ${taskId}
      and created_at = ${at.created_at}::text::timestamptz
      and id = ${at.id}`
  return row
}

/**
 * Queues a run of a task now, whatever its status and schedule, unless one is queued or running. Any replica takes it.
 * @param once a key under which it is queued, unless that was used within 24 hours
 * @returns undefined when there is no such task; `execution` is null when the task is busy, or the key was used
 */
export async function insertRunNow(
  sql: Sql,
  serviceId: string,
  taskId: string,
  once?: Once,
): Promise<{ execution: Execution | null } | undefined> {
  const isFirst = once === undefined ? sql`` : sql`and exists (select from taken)`
  const [row] = await sql<(Execution | { id: null })[]>`
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
    )${once === undefined ? sql`` : takingKey(sql, once)}, queued as (
      insert into execution (service_id, task_id, id, slot_id, created_at, scheduled_for, status)
      select service_id, id, execution_id, execution_id, now(), now(), 'queued'
      from subject
      where not busy
        ${isFirst}
      returning ${columns(sql)}
    ), marked as (
      update task
      set queued_for = now(),
          queued_created_at = now(),
          queued_id = subject.execution_id
      from subject
      where task.service_id = subject.service_id
        and task.id = subject.id
        and not subject.busy
        ${isFirst}
    )
    select queued.*
    from subject
    left join queued on true`
  return row && { execution: row.id === null ? null : row }
}

/** Notes that a key stands for the execution that is about to be queued; nothing when it stands for something else. */
const takingKey = (sql: Sql, { key, bodyHashes }: Once) => sql`
  , taken as (
    insert into idempotency_key (service_id, key, body_hash, task_id, execution_created_at, execution_id)
    select service_id, ${key}, ${bodyHashes[0] as Buffer}, id, now(), execution_id
    from subject
    where not busy
    on conflict (service_id, key) do update
    set body_hash = excluded.body_hash,
        task_id = excluded.task_id,
        task_ids = null,
        execution_created_at = excluded.execution_created_at,
        execution_id = excluded.execution_id,
        created_at = now()
    where idempotency_key.created_at <= now() - interval '24 hours'
    returning key
  )`

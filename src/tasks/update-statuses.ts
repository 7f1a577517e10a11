import { auditing } from '../audit/entry.ts'
import type { Sql } from '../database/sql.ts'
import type { Caller } from '../http/caller.ts'
import { countUnsent } from '../tally/pending.ts'
import type { Status } from './model.ts'

/**
 * Gives tasks a status; ids that are none of this service's are passed over. Pausing or disabling cancels the retries
 * that wait; a run now that waits still comes.
 * @returns how many tasks there were
 */
export async function updateStatuses(
  sql: Sql,
  caller: Caller,
  ids: readonly string[],
  status: Status,
): Promise<number> {
  const [row] = await sql<{ updated: number }[]>`
    with target as materialized (
      select task.service_id, task.id, task.name, task.status, task.queued_created_at, task.queued_id
      from task
      where service_id = ${caller.serviceId}
        and id = any(${ids as string[]}::uuid[])
        and deleted_at is null
      order by id
      for update
    ), cancelled as (
      update execution
      set status = 'failed',
          error = 'not sent: the task was ' || ${status}::text || ' before this retry'
      from target
      where ${status}::text <> 'active'
        and execution.service_id = target.service_id
        and execution.task_id = target.id
        and execution.created_at = target.queued_created_at
        and execution.id = target.queued_id
        and execution.status = 'queued'
        and (execution.attempt > 1 or execution.redelivery > 0)
      returning execution.service_id, execution.id
    ), tallied as (
      ${countUnsent(sql, 'failed', sql`select service_id, 1 as count from cancelled`)}
    ), updated as (
      update task
      set status = ${status},
          queued_for = case when cancelled.id is null then task.queued_for end,
          queued_created_at = case when cancelled.id is null then task.queued_created_at end,
          queued_id = case when cancelled.id is null then task.queued_id end,
          -- One that runs once and was to be sent again has its slot back.
          once_running = task.once_running and cancelled.id is null,
          version = task.version + 1,
          updated_at = now()
      from target
      left join cancelled on cancelled.id = target.queued_id
      where task.service_id = target.service_id
        and task.id = target.id
      returning 1
    ), audited as (
      ${auditing(
        sql,
        caller.actor(),
        sql`
          select
            service_id, id, name, 'task_updated', jsonb_build_object('status', status), jsonb_build_object('status', ${status}::text),
            '{}'::text[]
          from target
          where status <> ${status}`,
      )}
    )
    select count(*)::integer as updated
    from updated`
  return row?.updated ?? 0
}

import { auditing } from '../audit/entry.ts'
import type { Sql } from '../database/sql.ts'
import type { Caller } from '../http/caller.ts'
import type { Status } from '../task-fields/statuses.ts'
import { cancelQueued, isRepeated, releasedIfCancelled, withoutCancelled } from '../transitions/cancel.ts'

/**
 * Sets the status of tasks. Ids that the service has no task for are ignored. Pausing or disabling cancels queued retries and
 * redeliveries; a queued "run now" stays queued. A task that has the status already is not changed.
 * @returns the number of tasks that have the status now
 */
export async function updateStatuses(
  sql: Sql,
  caller: Caller,
  ids: readonly string[],
  status: Status,
): Promise<number> {
  const [row] = await sql<{ updated: number }[]>`
    /* duly:update_statuses */
    with target as materialized (
      select task.service_id, task.id, task.name, task.status, task.queued_created_at, task.queued_id
      from task
      where service_id = ${caller.serviceId}
        and id = any(${ids as string[]}::uuid[])
        and deleted_at is null
      order by id
      for update
    ), ${cancelQueued(
      sql,
      sql`target`,
      sql`'not sent: the task was ' || ${status}::text || ' before this retry'`,
      sql`${status}::text <> 'active' and ${isRepeated(sql)}`,
    )}, updated as (
      update task
      set status = ${status},
          ${withoutCancelled(sql)},
          ${releasedIfCancelled(sql)},
          version = task.version + 1,
          updated_at = now()
      from target
      left join cancelled on cancelled.id = target.queued_id
      where task.service_id = target.service_id
        and task.id = target.id
        and (target.status <> ${status} or cancelled.id is not null)
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
    from target`
  return row?.updated ?? 0
}

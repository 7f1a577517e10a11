import { auditing } from '../audit/entry.ts'
import { rfc3339 } from '../database/rfc3339.ts'
import type { Fragment, Sql } from '../database/sql.ts'
import type { Caller } from '../http/caller.ts'
import type { Status } from '../task-fields/statuses.ts'
import { cancelQueued, isRepeated, releasedIfCancelled, withoutCancelled } from '../transitions/cancel.ts'

/**
 * Sets the status of tasks. Ids that the service has no task for are ignored. Pausing or disabling cancels queued retries and
 * redeliveries; a queued "run now" stays queued. A task that has the status and the end of its pause already is not changed.
 * @param until when a pause ends, RFC 3339; null for one without an end, and for any other status
 * @returns the number of tasks that have the status now
 */
export async function updateStatuses(
  sql: Sql,
  caller: Caller,
  ids: readonly string[],
  status: Status,
  until: string | null,
): Promise<number> {
  const isOther = sql`(target.status, target.paused_until) is distinct from (${status}::text, ${until}::timestamptz)`
  const [row] = await sql<{ updated: number }[]>`
    /* duly:update_statuses */
    with target as materialized (
      select task.service_id, task.id, task.name, task.status, task.paused_until, task.queued_created_at, task.queued_id
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
          paused_until = ${until}::timestamptz,
          ${withoutCancelled(sql)},
          ${releasedIfCancelled(sql)},
          version = task.version + 1,
          updated_at = now()
      from target
      left join cancelled on cancelled.id = target.queued_id
      where task.service_id = target.service_id
        and task.id = target.id
        and (${isOther} or cancelled.id is not null)
    ), audited as (
      ${auditing(
        sql,
        caller.actor(),
        sql`
          select
            service_id, id, name, 'task_updated', ${pauseOf(sql, sql`status`, sql`paused_until`)},
            ${pauseOf(sql, sql`${status}::text`, sql`${until}::timestamptz`)}, '{}'::text[]
          from target
          cross join lateral (
            select
              target.status <> ${status} as is_other_status,
              target.paused_until is distinct from ${until}::timestamptz as is_other_end
          ) other
          where is_other_status
            or is_other_end`,
      )}
    )
    select count(*)::integer as updated
    from target`
  return row?.updated ?? 0
}

/** SQL for the fields of a pause that an audit entry shows: those that differ. */
const pauseOf = (sql: Sql, status: Fragment, until: Fragment): Fragment => sql`
  case when is_other_status then jsonb_build_object('status', ${status}) else '{}' end
    || case when is_other_end then jsonb_build_object('paused_until', ${rfc3339(sql, until)}) else '{}' end`

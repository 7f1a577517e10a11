import type { Sql } from '../database/sql.ts'
import { closeAlerts } from './close.ts'
import { failedInWindow } from './failed-in-window.ts'
import { failingBatch } from './failing.ts'
import { policyOf } from './policy-of.ts'

/** What reading open alerts of a service came to. */
export interface ClosedFailing {
  readonly closed: number
  /** The task of the last alert that was read; undefined when no more follow. */
  readonly last: string | undefined
}

/**
 * Reads up to 500 open alerts of failing tasks of a service, by task, and closes those of tasks that fail no more: tasks that
 * have succeeded since (with a window, when fewer slots than its limit have failed in it), and tasks that were paused, disabled
 * or deleted.
 * @param after the task after which it begins
 */
export async function closeFailing(sql: Sql, serviceId: string, after?: string): Promise<ClosedFailing> {
  const [row] = await sql<{ read: number; closed: number; last: string }[]>`
    /* duly:close_failing */
    with open_alert as materialized (
      select alert.xmin as version, service_id, id, task_id
      from alert
      where service_id = ${serviceId}
        and kind = 'failing'
        and task_id > ${after ?? '00000000-0000-0000-0000-000000000000'}
        and closed_at is null
      order by task_id
      limit ${failingBatch}
    ),
    ended as materialized (
      select open_alert.*, because, failing_task.task_id is not null as fails
      from open_alert
      -- The limits have rows looked for by their keys: joined, whole tables would be read.
      left join lateral (
        select task_id
        from failing_task
        where service_id = open_alert.service_id and task_id = open_alert.task_id
        limit 1
      ) failing_task on true
      left join lateral (
        select service_id, id, status, labels
        from task
        where service_id = open_alert.service_id and id = open_alert.task_id and deleted_at is null
        limit 1
      ) task on true
      cross join lateral (
        select
          case
            when task.id is null then 'deleted'
            when task.status <> 'active' then task.status
            when failing_task.task_id is not null then null
            when (
              select ${failedInWindow(sql, sql`open_alert`)} >= policy.window_failures
              from (${policyOf(sql, sql`task`)}) policy
            ) then null
            else 'recovered'
          end as because
      ) reason
      where because is not null
    ),
    -- Tasks that were paused, disabled or deleted while they failed. Rows that another session has locked are left for the
    -- next time, so that nothing waits for a row while it holds another.
    failing as materialized (
      select failing_task.service_id, failing_task.task_id
      from failing_task
      join ended on ended.service_id = failing_task.service_id and ended.task_id = failing_task.task_id
      where failing_task.service_id = ${serviceId}
      for update of failing_task skip locked
    ),
    -- An alert that has changed since it was read is kept: its task has failed again.
    held as materialized (
      select alert.service_id, alert.id, ended.because
      from ended
      join alert on alert.service_id = ended.service_id and alert.id = ended.id and alert.xmin = ended.version
      where alert.service_id = ${serviceId}
        and alert.closed_at is null
        and (not fails or ended.task_id in (select task_id from failing))
      for update of alert skip locked
    ),
    ${closeAlerts(sql, sql`select service_id, id, because from held`)},
    -- Once it is resumed, its next failure opens an alert again.
    set_back as (
      update failing_task
      set alert_from = failing_task.settled + 1
      from failing
      where failing_task.service_id = failing.service_id
        and failing_task.task_id = failing.task_id
    )
    select
      (select count(*)::integer from open_alert) as read,
      (select task_id from open_alert order by task_id desc limit 1) as last,
      (select count(*)::integer from closed_alert) as closed`
  if (row === undefined) return { closed: 0, last: undefined }
  return { closed: row.closed, last: row.read < failingBatch ? undefined : row.last }
}

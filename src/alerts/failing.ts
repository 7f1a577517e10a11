import type { Fragment, Sql } from '../database/sql.ts'
import { closeAlerts } from './close.ts'
import { failedInWindow } from './failed-in-window.ts'
import { openAlerts } from './open.ts'
import { policyOf } from './policy-of.ts'

/** The most tasks that one statement examines, and the most open alerts that one reads. */
export const failingBatch = 500

/** A value of `failing_task.alert_from` with which a task is not examined again until it has succeeded. */
const never = 2_147_483_647

/** Returns the services with failing tasks that are to be examined. It reads one index entry for each of them. */
export async function listServicesToExamine(sql: Sql): Promise<string[]> {
  const rows = await sql<{ service_id: string }[]>`
    /* duly:list_services_to_examine */
    with recursive due as (
      (select service_id from failing_task where alert_due order by service_id limit 1)
      union all
      select (
        select failing_task.service_id
        from failing_task
        where alert_due
          and failing_task.service_id > due.service_id
        order by failing_task.service_id
        limit 1
      )
      from due
      where due.service_id is not null
    )
    select service_id
    from due
    where service_id is not null`
  return rows.map(({ service_id }) => service_id)
}

/**
 * Examines failing tasks of a service whose settled slots have changed, up to 500 of them: opens an alert for each that has
 * failed as often as its policy says, and sets from how many settled slots on the others are examined again. A task that runs
 * once is told as an event. Paused, disabled and deleted tasks get no alert.
 * @returns how many were examined
 */
export async function openFailing(sql: Sql, serviceId: string): Promise<number> {
  const [row] = await sql<{ examined: number }[]>`
    /* duly:open_failing */
    -- Rows that another session has locked are left for the next time: closing an execution may hold them.
    with due as materialized (
      select failing_task.ctid as version, failing_task.*
      from failing_task
      where service_id = ${serviceId}
        and alert_due
      limit ${failingBatch}
      for update skip locked
    ),
    judged as materialized (
      select
        due.*, task.name, task.target, policy.failures, policy.window_failures, policy.channels, policy.recovered,
        policy.remind_hours, runs.once, task.deleted_at is null and (runs.once or task.status = 'active') as is_watched,
        due.settled >= policy.failures or ${failedInWindow(sql, sql`due`)} >= policy.window_failures as is_ripe
      from due
      join task on task.service_id = due.service_id and task.id = due.task_id
      cross join lateral (select task.frequency is null and task.cron is null as once) runs
      cross join lateral (${policyOf(sql, sql`task`)}) policy
    ),
    ${openAlerts(
      sql,
      sql`
        select
          service_id, 'failing' as kind, task_id, name as task_name, target, since, null::timestamptz as until,
          once as is_event, settled as failures, null::integer as tasks, error, last.id as execution_id,
          last.created_at as execution_created_at, channels, recovered, remind_hours
        from judged
        left join lateral (
          select failed_execution.id, failed_execution.created_at
          from failed_execution
          where failed_execution.service_id = judged.service_id
            and failed_execution.task_id = judged.task_id
          order by failed_execution.created_at desc, failed_execution.id desc
          limit 1
        ) last on true
        where is_watched
          and is_ripe`,
    )},
    -- An alert that is open already stays open: another replica that is about to close it, because the task had succeeded,
    -- sees that the row has changed.
    kept as (
      update alert
      set failures = greatest(alert.failures, judged.settled)
      from judged
      where alert.service_id = judged.service_id
        and alert.kind = 'failing'
        and alert.task_id = judged.task_id
        and alert.closed_at is null
        and is_watched
        and is_ripe
      returning alert.task_id
    ),
    examined as (
      update failing_task
      -- Where an alert closes at this moment, none was opened: the task is examined again.
      set alert_due = result.is_missed,
          alert_from = case
            when judged.task_id is null then ${never}::integer
            when result.is_missed then due.alert_from
            when not is_watched or (is_ripe and once) then due.settled + 1
            when is_ripe then ${never}::integer
            when window_failures is not null then due.settled + 1
            else coalesce(judged.failures::integer, ${never}::integer)
          end
      from due
      left join judged on judged.task_id = due.task_id
      left join (select task_id from opened union select task_id from kept) alerted on alerted.task_id = due.task_id
      cross join lateral (
        select coalesce(is_watched and is_ripe and alerted.task_id is null, false) as is_missed
      ) result
      where failing_task.ctid = due.version
    )
    select count(*)::integer as examined
    from due`
  return row?.examined ?? 0
}

/** Returns the services with open alerts of a kind. It reads one index entry for each service with open alerts. */
export async function listServicesWithOpen(sql: Sql, kind: string): Promise<string[]> {
  const rows = await sql<{ service_id: string }[]>`
    /* duly:list_services_with_open_alerts */
    with recursive found as (
      (select service_id from alert where closed_at is null order by service_id limit 1)
      union all
      select (
        select alert.service_id
        from alert
        where closed_at is null
          and alert.service_id > found.service_id
        order by alert.service_id
        limit 1
      )
      from found
      where found.service_id is not null
    )
    select service_id
    from found
    where service_id is not null
      and exists (
        select from alert where alert.service_id = found.service_id and kind = ${kind} and closed_at is null
      )`
  return rows.map(({ service_id }) => service_id)
}

/** What was done by reading some of the open alerts of a service. */
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
      left join failing_task
        on failing_task.service_id = open_alert.service_id and failing_task.task_id = open_alert.task_id
      left join task
        on task.service_id = open_alert.service_id and task.id = open_alert.task_id and task.deleted_at is null
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

/**
 * SQL: has failing tasks examined again because a policy has changed, as the body of a CTE. A task with an open alert keeps it.
 * A task that runs once was told as an event: it is examined at its next failure.
 * @param changed query with service_id and task_id: the task, or null for all tasks of the service
 */
export const examineAgain = (sql: Sql, changed: Fragment): Fragment => sql`
  update failing_task
  set alert_from = case when task.frequency is null and task.cron is null then settled + 1 else 1 end,
      alert_due = settled > 0 and (task.frequency is not null or task.cron is not null)
  from (${changed}) changed
  join task on task.service_id = changed.service_id and task.id = coalesce(changed.task_id, task.id)
  where failing_task.service_id = changed.service_id
    and failing_task.task_id = task.id`

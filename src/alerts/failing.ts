import { servicesWith } from '../database/services-with.ts'
import type { Fragment, Sql } from '../database/sql.ts'
import { failedAt } from '../transitions/record-failures.ts'
import { failedInWindow, wasNotStopped } from './failed-in-window.ts'
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
    ${servicesWith(sql, 'failing_task', sql`alert_due`)}`
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
        due.settled >= policy.failures or recent.failures >= policy.window_failures as is_ripe,
        greatest(due.settled, recent.failures) as failed
      from due
      join task on task.service_id = due.service_id and task.id = due.task_id
      cross join lateral (select task.frequency is null and task.cron is null as once) runs
      cross join lateral (${policyOf(sql, sql`task`)}) policy
      cross join lateral (select ${failedInWindow(sql, sql`due`)}::integer as failures) recent
    ),
    ${openAlerts(
      sql,
      sql`
        select
          service_id, 'failing' as kind, task_id, name as task_name, target, since, null::timestamptz as until,
          once as is_event, failed as failures, null::integer as tasks, error, last.id as execution_id,
          last.created_at as execution_created_at, channels, recovered, remind_hours
        from judged
        left join lateral (
          select failed_execution.id, failed_execution.created_at
          from failed_execution
          where failed_execution.service_id = judged.service_id
            and failed_execution.task_id = judged.task_id
            and ${wasNotStopped(sql)}
          order by ${failedAt(sql, sql`failed_execution`)} desc, failed_execution.id desc
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
    select service_id
    from (${servicesWith(sql, 'alert', sql`closed_at is null`)}) listed
    where exists (
      select
      from alert
      where alert.service_id = listed.service_id
        and kind = ${kind}
        and closed_at is null
    )`
  return rows.map(({ service_id }) => service_id)
}

/** SQL: what has a row of `failing_task` examined again, of a row `task`. A task that runs once was told as an event: it is examined at its next failure. */
const examined = (sql: Sql): Fragment => sql`
  alert_from = case when task.frequency is null and task.cron is null then settled + 1 else 1 end,
  alert_due = settled > 0 and (task.frequency is not null or task.cron is not null)`

/**
 * SQL: has failing tasks examined again because a policy has changed, as the body of a CTE. A task with an open alert keeps it.
 * @param changed query with service_id and task_id: the task, or null for all tasks of the service
 */
export const examineAgain = (sql: Sql, changed: Fragment): Fragment => sql`
  update failing_task
  set ${examined(sql)}
  from (${changed}) changed
  join task on task.service_id = changed.service_id and task.id = coalesce(changed.task_id, task.id)
  where failing_task.service_id = changed.service_id
    and failing_task.task_id = task.id
  returning failing_task.task_id`

/**
 * SQL: the same for some tasks of a service, each of which is looked up by its id.
 * @param tasks name of a CTE with the id of the tasks
 */
export const examineTasksAgain = (sql: Sql, serviceId: string, tasks: Fragment): Fragment => sql`
  update failing_task
  set ${examined(sql)}
  from (
    -- Locked in the order in which failures are counted.
    select task.id, task.frequency, task.cron
    from ${tasks}
    join failing_task on failing_task.service_id = ${serviceId} and failing_task.task_id = ${tasks}.id
    join task on task.service_id = ${serviceId} and task.id = ${tasks}.id
    order by task.id
    for update of failing_task
  ) task
  where failing_task.service_id = ${serviceId}
    and failing_task.task_id = task.id
  returning failing_task.task_id`

import { rows } from '../database/rows.ts'
import type { Sql } from '../database/sql.ts'
import { closeAlerts } from './close.ts'
import { openAlerts } from './open.ts'
import { policyOf } from './policy-of.ts'

/** The most runs that one statement looks at, or whose alerts it closes. */
export const longBatch = 500

/** The key of a run that goes on. */
export interface OpenRun {
  readonly service_id: string
  readonly task_id: string
  readonly execution_id: string
  readonly created_at: string
}

/** Returns the smallest `long_seconds` of any policy; null when there is none. */
export async function leastLongSeconds(sql: Sql): Promise<number | null> {
  const [row] = await sql<{ seconds: number | null }[]>`
    /* duly:least_long_seconds */
    select min(long_seconds) as seconds
    from alert_policy
    where long_seconds is not null`
  return row?.seconds ?? null
}

/**
 * Opens an alert for each of these runs of a service that takes longer than the policy of its task says.
 * @returns for each run in how many seconds it will be long, negative when it is; null when that is nobody's concern
 */
export async function openLong(
  sql: Sql,
  serviceId: string,
  runs: readonly OpenRun[],
): Promise<{ execution_id: string; in_seconds: number | null }[]> {
  return sql<{ execution_id: string; in_seconds: number | null }[]>`
    /* duly:open_long */
    with given as materialized (
      select *
      from ${rows(sql, runs, 'given', { task_id: 'uuid', execution_id: 'uuid', created_at: 'timestamptz' })}
    ),
    run as materialized (
      select
        task.service_id, task.id as task_id, task.name, task.target, execution.id as execution_id, execution.created_at,
        execution.started_at, policy.long_seconds, policy.channels, policy.recovered, policy.remind_hours
      from given
      join task on task.service_id = ${serviceId} and task.id = given.task_id and task.status = 'active'
      join execution
        on execution.service_id = ${serviceId}
        and execution.task_id = given.task_id
        and execution.created_at = given.created_at
        and execution.id = given.execution_id
        and execution.status = 'started'
      cross join lateral (${policyOf(sql, sql`task`)}) policy
    ),
    ${openAlerts(
      sql,
      sql`
        select distinct on (task_id)
          service_id, 'long' as kind, task_id, name as task_name, target, started_at as since, null::timestamptz as until,
          false as is_event, null::integer as failures, null::integer as tasks,
          'the run takes longer than ' || long_seconds || ' s' as error, execution_id, created_at as execution_created_at,
          channels, recovered, remind_hours
        from run
        where started_at < now() - make_interval(secs => long_seconds)
        order by task_id, started_at`,
    )}
    select execution_id, date_part('epoch', started_at - now())::float8 + long_seconds as in_seconds
    from run`
}

/**
 * Closes the alerts of runs of a service that have ended, up to 500 of them, and those of paused, disabled and deleted tasks.
 * @returns how many were closed
 */
export async function closeLong(sql: Sql, serviceId: string): Promise<number> {
  const [row] = await sql<{ closed: number }[]>`
    /* duly:close_long */
    with ended as materialized (
      select alert.service_id, alert.id, because
      from alert
      left join task on task.service_id = alert.service_id and task.id = alert.task_id and task.deleted_at is null
      cross join lateral (
        select
          case
            when not exists (
              select from execution
              where execution.service_id = alert.service_id
                and execution.task_id = alert.task_id
                and execution.created_at = alert.execution_created_at
                and execution.id = alert.execution_id
                and execution.status = 'started'
            ) then 'ended'
            when task.id is null then 'deleted'
            when task.status <> 'active' then task.status
          end as because
      ) reason
      where alert.service_id = ${serviceId}
        and alert.kind = 'long'
        and alert.closed_at is null
        and because is not null
      limit ${longBatch}
    ),
    ${closeAlerts(sql, sql`select service_id, id, because from ended`)}
    select count(*)::integer as closed
    from closed_alert`
  return row?.closed ?? 0
}

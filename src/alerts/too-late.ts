import { servicesWith } from '../database/services-with.ts'
import type { Sql } from '../database/sql.ts'
import { openAlerts } from './open.ts'
import { policyOf } from './policy-of.ts'

/** The most slots that one statement looks at. */
export const tooLateBatch = 1_000

/** Returns the services with slots that were skipped because they were too late, and for which no alert has opened yet. */
export async function listServicesTooLate(sql: Sql): Promise<string[]> {
  const rows = await sql<{ service_id: string }[]>`
    /* duly:list_services_too_late */
    ${servicesWith(sql, 'too_late_slot')}`
  return rows.map(({ service_id }) => service_id)
}

/**
 * Opens alerts for slots of a service that were skipped because they were too late, up to 1,000 of them: they have not started,
 * and will not. A task that runs once is told as an event, since no slot of it follows.
 * @returns how many slots were looked at
 */
export async function openTooLate(sql: Sql, serviceId: string): Promise<number> {
  const [row] = await sql<{ looked: number }[]>`
    /* duly:open_too_late */
    with looked as materialized (
      select ctid as version, *
      from too_late_slot
      where service_id = ${serviceId}
      limit ${tooLateBatch}
      for update skip locked
    ),
    taken as (
      delete from too_late_slot
      using looked
      where too_late_slot.ctid = looked.version
    ),
    ${openAlerts(
      sql,
      sql`
        select distinct on (task.id)
          task.service_id, 'late' as kind, task.id as task_id, task.name as task_name, task.target,
          looked.scheduled_for as since, null::timestamptz as until, runs.once as is_event, null::integer as failures,
          null::integer as tasks,
          'skipped: ' || looked.reason || case when looked.slots > 1 then ' (' || looked.slots || ' slots)' else '' end as error,
          null::uuid as execution_id, null::timestamptz as execution_created_at, policy.channels, policy.recovered,
          policy.remind_hours
        from looked
        join task on task.service_id = looked.service_id and task.id = looked.task_id and task.deleted_at is null
        cross join lateral (
          select
            task.frequency is null and task.cron is null as once,
            task.current_created_at is not null and task.current_created_at >= looked.scheduled_for as has_started
        ) runs
        cross join lateral (${policyOf(sql, sql`task`)}) policy
        where policy.late_seconds is not null
          and (runs.once or task.status = 'active')
          and not runs.has_started
        order by task.id, looked.scheduled_for`,
    )}
    select count(*)::integer as looked
    from looked`
  return row?.looked ?? 0
}

import type { Fragment, Sql } from '../database/sql.ts'

/** What deleting a task sets: it is hidden from every reader, and neither its slot nor its queued execution is claimed. */
export const retired = (sql: Sql): Fragment => sql`
  status = 'disabled',
  paused_until = null,
  queued_for = null,
  queued_created_at = null,
  queued_id = null,
  calendar = null,
  calendar_use = null,
  deleted_at = now()`

/**
 * SQL that removes what is recorded of the uses of named secrets by tasks that are retired.
 * @param tasks the name of a CTE with their service_id and id
 */
export const withoutSecrets = (sql: Sql, tasks: Fragment): Fragment => sql`
  delete from task_secret
  using ${tasks} as gone
  where task_secret.service_id = gone.service_id
    and task_secret.task_id = gone.id`

/** Like `withoutSecrets`, for the TLS profiles that the tasks use. */
export const withoutProfiles = (sql: Sql, tasks: Fragment): Fragment => sql`
  delete from tls_profile_use
  using ${tasks} as gone
  where tls_profile_use.service_id = gone.service_id
    and tls_profile_use.task_id = gone.id`

/** Like `withoutSecrets`, for the alert policies of the tasks. */
export const withoutPolicies = (sql: Sql, tasks: Fragment): Fragment => sql`
  delete from alert_policy
  using ${tasks} as gone
  where alert_policy.service_id = gone.service_id
    and alert_policy.task_id = gone.id`

/** Retires all tasks of a service, before its rows are deleted in batches. */
export async function retireTasks(sql: Sql, serviceId: string): Promise<void> {
  await sql`
    /* duly:retire_tasks */
    with retired as (
      update task
      set ${retired(sql)}
      where service_id = ${serviceId}
        and deleted_at is null
      returning service_id, id
    ), unprofiled as (
      ${withoutProfiles(sql, sql`retired`)}
    ), unwatched as (
      ${withoutPolicies(sql, sql`retired`)}
    )
    ${withoutSecrets(sql, sql`retired`)}`
}

import { openAlertsOf } from '../alerts/open-of-task.ts'
import { rfc3339 } from '../database/rfc3339.ts'
import type { Fragment, Sql } from '../database/sql.ts'
import { queuedFor } from '../transitions/queued-for.ts'

// What a list adds to its tasks on request: columns of `list_tasks`, each beginning with a comma.

/** The fields of a recent result, in the order of the response. */
export const recentNames = [
  ...(['id', 'status', 'status_code', 'duration_ms', 'error'] as const),
  ...(['scheduled_for', 'created_at', 'queued_for'] as const),
] as const
/** The name of a field of a recent result. */
export type RecentName = (typeof recentNames)[number]

/** SQL for a field of a row of `execution` as a recent result has it. */
function recentColumn(sql: Sql, name: RecentName): Fragment {
  if (name === 'queued_for') return sql`${rfc3339(sql, queuedFor(sql))} as queued_for`
  if (name === 'scheduled_for' || name === 'created_at')
    return sql`to_char(${sql(name)}, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as ${sql(name)}`
  return sql`${sql(name)}`
}

/** SQL for a column `recent`: these fields of the last 20 results of a row of `batch`, newest first, as JSON. */
export const recent = (sql: Sql, names: readonly RecentName[]) => sql`
  , (
    select coalesce(json_agg(result), '[]')
    from (
      select ${names.map((name, index) => sql`${index === 0 ? sql`` : sql`, `}${recentColumn(sql, name)}`)}
      from execution
      where execution.service_id = batch.service_id
        and execution.task_id = batch.id
      order by execution.created_at desc, execution.id desc
      limit 20
    ) result
  ) as recent`

/** SQL for a column `set`: the task set that a row of `batch` belongs to, as JSON; null for none. */
export const ownSet = (sql: Sql) => sql`
  , (
    select row_to_json(result)
    from (
      select
        task_set.name, task_set.source,
        ${rfc3339(sql, sql`member.applied_at`)} as applied_at,
        task.version <> member.applied_version as changed
      from task_set_member as member
      join task_set on task_set.service_id = member.service_id and task_set.name = member.set_name
      join task on task.service_id = member.service_id and task.id = member.task_id
      where member.service_id = batch.service_id
        and member.task_id = batch.id
    ) result
  ) as set`

/** SQL for a column `alerts`: the open alerts of a row of `batch`, one of each kind at most, as JSON. */
export const openAlerts = (sql: Sql, serviceId: string) => sql`
  , (
    select coalesce(json_agg(shown order by kind), '[]')
    from (${openAlertsOf(sql, serviceId, sql`batch.id`, sql`alert.kind in ('failing', 'late', 'long')`)}) open_alert
  ) as alerts`

/** SQL for a column `failing`: since when and how often a row of `batch` has failed, as JSON; null if it is not failing. */
export const failing = (sql: Sql) => sql`
  , (
    select json_build_object(
      'since', ${rfc3339(sql, sql`since`)},
      'settled', settled,
      'consecutive', consecutive,
      'error', error
    )
    from failing_task
    where failing_task.service_id = batch.service_id
      and failing_task.task_id = batch.id
  ) as failing`

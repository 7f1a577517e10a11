import type { Fragment, Sql } from '../database/sql.ts'
import type { Label } from '../task-fields/one-label.ts'

/** What a policy is for: a task, a label, or else the service, as its default. */
export type PolicyScope = { readonly taskId: string } | { readonly label: Label } | 'default'

/** SQL: the columns that say what a policy does, but for muted_until. */
export const fieldColumns = (sql: Sql, row: Fragment): Fragment => sql`
  ${row}.failures, ${row}.window_failures, ${row}.window_seconds, ${row}.late_seconds, ${row}.long_seconds,
  ${row}.remind_hours, ${row}.recovered, ${row}.channels`

/** SQL: the columns of a row `policy` of `alert_policy` that the API returns. */
export const shownColumns = (sql: Sql): Fragment => sql`
  policy.task_id,
  (
    select task.name
    from task
    where task.service_id = policy.service_id
      and task.id = policy.task_id
  ) as task_name,
  policy.label_name || '=' || policy.label_value as label, ${fieldColumns(sql, sql`policy`)},
  policy.muted_until, policy.created_at, policy.updated_at`

/** SQL: what a policy is for as a row: task_id, label_name, label_value, and its name in the audit. No row without the task. */
export const subjectOf = (sql: Sql, serviceId: string, scope: PolicyScope): Fragment => {
  if (scope === 'default')
    return sql`select null::uuid as task_id, null::text as label_name, null::text as label_value, 'default' as name`
  if ('label' in scope) {
    const { name, value } = scope.label
    return sql`
      select
        null::uuid as task_id, ${name}::text as label_name, ${value}::text as label_value, ${`label ${name}=${value}`} as name`
  }
  return sql`
    select id as task_id, null::text as label_name, null::text as label_value, 'task ' || name as name
    from task
    where service_id = ${serviceId}
      and id = ${scope.taskId}
      and deleted_at is null`
}

/** SQL: the policy of the row `subject`, as a query with which its row is locked if `locking` says so. */
export const policyOfSubject = (sql: Sql, serviceId: string, locking = sql``): Fragment => sql`
  select alert_policy.*
  from subject
  join alert_policy
    on alert_policy.task_id is not distinct from subject.task_id
    and alert_policy.label_name is not distinct from subject.label_name
    and alert_policy.label_value is not distinct from subject.label_value
  where alert_policy.service_id = ${serviceId}
  ${locking}`

/** SQL: the columns of the unique index that a policy for this is in, and its condition. */
export const conflictOf = (sql: Sql, scope: PolicyScope): Fragment => {
  if (scope === 'default') return sql`(service_id) where task_id is null and label_name is null`
  return 'label' in scope
    ? sql`(service_id, label_name, label_value) where label_name is not null`
    : sql`(service_id, task_id) where task_id is not null`
}

import type { Fragment, Sql } from '../database/sql.ts'

/** The policy of a task for which the service has set none. */
export const builtInPolicy = {
  failures: 1,
  window_failures: null,
  window_seconds: null,
  late_seconds: 300,
  long_seconds: null,
  remind_hours: null,
  recovered: true,
  channels: null,
  muted_until: null,
} as const

/** SQL: the columns that a policy decides by. */
const columns = (sql: Sql): Fragment => sql`
  failures, window_failures, window_seconds, late_seconds, long_seconds, remind_hours, recovered, channels, muted_until`

/**
 * SQL: the alert policy of a task, for `cross join lateral (…) policy`: one row with the columns of `builtInPolicy`. It is the
 * task's own policy, else that of the first of its labels (by name) that has one, else the service's default, else the
 * built-in one.
 * @param task a row with service_id, id and labels
 */
export const policyOf = (sql: Sql, task: Fragment): Fragment => sql`
  select ${columns(sql)}
  from (
    select 1 as rank, null as label_name, ${columns(sql)}
    from alert_policy
    where alert_policy.service_id = ${task}.service_id
      and alert_policy.task_id = ${task}.id
    union all
    select 2, label_name, ${columns(sql)}
    from alert_policy
    where alert_policy.service_id = ${task}.service_id
      and ${task}.labels is not null
      and label_name is not null
      and ${task}.labels ->> label_name = label_value
    union all
    ${defaultPolicyOf(sql, sql`${task}.service_id`)}
  ) applicable
  order by rank, label_name
  limit 1`

/** SQL: the default policy of a service and the built-in one, with the columns rank (3 and 4), label_name and `columns`. */
const defaultPolicyOf = (sql: Sql, serviceId: Fragment): Fragment => sql`
  select 3, null, ${columns(sql)}
  from alert_policy
  where alert_policy.service_id = ${serviceId}
    and task_id is null
    and label_name is null
  union all
  select
    4, null, ${builtInPolicy.failures}::smallint, null, null, ${builtInPolicy.late_seconds}::integer, null, null,
    ${builtInPolicy.recovered}::boolean, null, null`

/** SQL: the default policy of a service, or the built-in one, for what concerns no task; like `policyOf`. */
export const policyOfService = (sql: Sql, serviceId: Fragment): Fragment => sql`
  select ${columns(sql)}
  from (${defaultPolicyOf(sql, serviceId)}) applicable (rank, label_name, ${columns(sql)})
  order by rank
  limit 1`

import { rfc3339 } from '../database/rfc3339.ts'
import type { Fragment, Sql } from '../database/sql.ts'
import { joinMute } from './mutes.ts'

/**
 * SQL: a query of the open alerts of a task as lists show them: rows with their `kind`, and `shown`, an object with id, kind, since and
 * muted_until.
 * @param taskId SQL for the id of the task
 * @param kinds SQL condition for `alert.kind`; there is one alert of each kind at most
 */
export const openAlertsOf = (sql: Sql, serviceId: string, taskId: Fragment, kinds: Fragment): Fragment => sql`
  select
    alert.kind,
    json_build_object(
      'id', alert.id,
      'kind', alert.kind,
      'since', ${rfc3339(sql, sql`alert.since`)},
      'muted_until', ${rfc3339(sql, sql`mute.until`)}
    ) as shown
  from alert
  ${joinMute(sql, serviceId)}
  where alert.service_id = ${serviceId}
    and ${kinds}
    and alert.task_id = ${taskId}
    and alert.closed_at is null`

/** SQL: the open alert that a task fails, as a subquery of one value; null for none. @param taskId SQL for the id of the task */
export const failingAlertOf = (sql: Sql, serviceId: string, taskId: Fragment): Fragment => sql`
  (
    select shown
    from (${openAlertsOf(sql, serviceId, taskId, sql`alert.kind = 'failing'`)}) open_alert
  )`

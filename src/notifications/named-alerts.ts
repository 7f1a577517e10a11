import { rfc3339 } from '../database/rfc3339.ts'
import type { Fragment, Sql } from '../database/sql.ts'

/** The most alerts that a notification names of those that opened, of those that closed, and of those that are open. */
const mostNamed = 20
/** The longest error of an alert in a notification, in characters. The alert itself has all of it. */
const errorLength = 500

/**
 * SQL: the first 20 alerts of which a notification says something, as a JSON array; a part of the statement of `tellGroup`.
 * @param which condition on its CTE `word`
 * @param order column of `word`
 * @param more what is added to the JSON of each
 */
export const namedAlerts = (sql: Sql, which: Fragment, order: Fragment, more: Fragment): Fragment => sql`(
  select coalesce(jsonb_agg(${alertJson(sql)} ${more} order by position), '[]')
  from (
    select alert_id, row_number() over (order by ${order}, alert_id) as position
    from word
    where ${which}
    order by ${order}, alert_id
    limit ${mostNamed}
  ) first
  join alert on alert.service_id = decided.service_id and alert.id = first.alert_id
)`

/** SQL: an alert as a notification shows it. */
const alertJson = (sql: Sql): Fragment => {
  const time = (column: Fragment) => rfc3339(sql, column)
  return sql`jsonb_build_object(
    'id', alert.id,
    'kind', alert.kind,
    'task_id', alert.task_id,
    'task_name', alert.task_name,
    'since', ${time(sql`alert.since`)},
    'until', ${time(sql`alert.until`)},
    'opened_at', ${time(sql`alert.opened_at`)},
    'closed_at', ${time(sql`alert.closed_at`)},
    'closed_because', alert.closed_because,
    'failures', alert.failures,
    'tasks', alert.tasks,
    'error', left(alert.error, ${errorLength}::integer),
    'execution_id', alert.execution_id
  )`
}

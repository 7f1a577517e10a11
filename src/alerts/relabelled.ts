import type { Fragment, Sql } from '../database/sql.ts'
import { examineTasksAgain } from './failing.ts'
import { regroup } from './mutes.ts'

/**
 * SQL: what follows a change of the labels of tasks of a service, as CTEs: other policies and silences may be of them now. Those that
 * fail are examined again, and the channels are told of what is no longer muted.
 * @param tasks name of a CTE with the id of the tasks
 */
export const afterRelabelling = (sql: Sql, serviceId: string, tasks: Fragment): Fragment => sql`
  examined_again as (
    ${examineTasksAgain(sql, serviceId, tasks)}
  ), told_again as (
    ${regroup(
      sql,
      sql`
        select alert.service_id, alert.id as alert_id
        from ${tasks}
        -- The failing tasks first, in the order in which the notices lock both.
        cross join (select count(*) from examined_again) first
        join alert on alert.service_id = ${serviceId} and alert.task_id = ${tasks}.id`,
    )}
  )`

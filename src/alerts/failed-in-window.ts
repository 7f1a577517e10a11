import type { Fragment, Sql } from '../database/sql.ts'
import { failedAt } from '../transitions/record-failures.ts'

/** SQL: how many slots of a row `watched` (service_id, task_id) have failed in the window of its `policy`; null without one. */
export const failedInWindow = (sql: Sql, watched: Fragment): Fragment => sql`
  case
    when policy.window_failures is not null then (
      select count(*)
      from (
        select
        from failed_execution
        where failed_execution.service_id = ${watched}.service_id
          and failed_execution.task_id = ${watched}.task_id
          and ${failedAt(sql, sql`failed_execution`)} > now() - make_interval(secs => policy.window_seconds)
          and failed_execution.settled
        limit policy.window_failures
      ) counted
    )
  end`

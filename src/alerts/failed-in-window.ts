import type { Fragment, Sql } from '../database/sql.ts'
import { failedAt } from '../transitions/record-failures.ts'

/**
 * SQL: whether nobody had stopped waiting for the execution of a row of `failed_execution`: alerts leave out those that a person has
 * stopped. A look by key; one whose execution is gone counts.
 */
export const wasNotStopped = (sql: Sql): Fragment => sql`
  (
    select true
    from execution
    where execution.service_id = failed_execution.service_id
      and execution.task_id = failed_execution.task_id
      and execution.created_at = failed_execution.created_at
      and execution.id = failed_execution.id
      and execution.stop_requested_at is not null
    limit 1
  ) is null`

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
          and ${wasNotStopped(sql)}
        limit policy.window_failures
      ) counted
    )
  end`

import type { Fragment, Sql } from '../database/sql.ts'
import { recordUnsent } from './record-failures.ts'

/**
 * Closes queued executions of tasks as failed without sending them, as CTEs `cancelled` (service_id, id), and
 * the CTEs of `recordUnsent`. An attempt that is queued for the first time, a run now, is not cancelled by a pause: `condition` decides.
 * @param from name of a CTE with `service_id, id, queued_created_at, queued_id`
 * @param error what the execution says, as SQL for a text
 * @param condition on `execution` and the CTE
 */
export const cancelQueued = (sql: Sql, from: Fragment, error: Fragment, condition: Fragment): Fragment => sql`
  cancelled as (
    update execution
    set status = 'failed',
        error = ${error}
    from ${from}
    where execution.service_id = ${from}.service_id
      and execution.task_id = ${from}.id
      and execution.created_at = ${from}.queued_created_at
      and execution.id = ${from}.queued_id
      and execution.status = 'queued'
      and ${condition}
    returning
      execution.service_id, execution.task_id, execution.created_at, execution.id, execution.status_code, execution.error
  ),
  ${recordUnsent(sql, sql`select * from cancelled`)}`

/** Whether a row of `execution` is a retry or a redelivery, and no run now. */
export const isRepeated = (sql: Sql): Fragment => sql`(execution.attempt > 1 or execution.redelivery > 0)`

/** Whether a row of `execution` is a retry that no lost replica has caused. */
export const isRetry = (sql: Sql): Fragment => sql`(execution.attempt > 1 and execution.redelivery = 0)`

/** What an update of `task` sets where its queued execution was cancelled, joined as `cancelled`. */
export const withoutCancelled = (sql: Sql): Fragment => sql`
  queued_for = case when cancelled.id is null then task.queued_for end,
  queued_created_at = case when cancelled.id is null then task.queued_created_at end,
  queued_id = case when cancelled.id is null then task.queued_id end`

/** What an update of `task` also sets, for a task that runs once: when its retry was cancelled, its slot is due again. */
export const releasedIfCancelled = (sql: Sql): Fragment =>
  sql`once_running = task.once_running and cancelled.id is null`

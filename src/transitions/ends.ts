import type { Fragment, Sql } from '../database/sql.ts'

/**
 * How many slots a row of `task` is still to run after an update: SQL, null without a limit. The slots that were run under a limit
 * before count.
 * @param maxRuns the new limit
 * @param isRenewed whether a task that has run all of them begins anew: it is set active again
 */
export const runsLeft = (sql: Sql, maxRuns: Fragment, isRenewed: Fragment): Fragment => sql`
  case
    when ${maxRuns} > coalesce(task.max_runs - task.runs_left, 0) then ${maxRuns} - coalesce(task.max_runs - task.runs_left, 0)
    when ${isRenewed} and task.status <> 'active' then ${maxRuns}
    -- No slot is left, or there is no limit.
    when ${maxRuns} is not null then 0
  end`

/**
 * Whether a task has no slot left after an update, and its last one is not being run: SQL that is not null.
 * @param nextAt its next slot
 * @param row has the schedule, `ends_at` and `runs_left` as they are after the update, `old_at` and `old_once_running` as before
 */
export const isOver = (sql: Sql, nextAt: Fragment, row: Fragment): Fragment => sql`
  (${row}.frequency is not null or ${row}.cron is not null)
    and coalesce(${nextAt} > ${row}.ends_at or ${row}.runs_left = 0, false)
    and not (${row}.old_once_running and ${nextAt} is not distinct from ${row}.old_at)`

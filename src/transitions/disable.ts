import type { Fragment, Sql } from '../database/sql.ts'

/** What an update of `task` sets to disable the tasks that have had their last slot. A pause of theirs is over, too. */
export const disabledIf = (sql: Sql, hasEnded: Fragment): Fragment => sql`
  status = case when ${hasEnded} then 'disabled' else task.status end,
  paused_until = case when ${hasEnded} then null else task.paused_until end`

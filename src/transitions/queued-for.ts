import type { Fragment, Sql } from '../database/sql.ts'

/** SQL for when a row named `execution` is to be sent, while it is queued: its task knows that. */
export const queuedFor = (sql: Sql): Fragment => sql`
  case
    when execution.status = 'queued' then (
      select task.queued_for
      from task
      where task.service_id = execution.service_id
        and task.id = execution.task_id
        and task.queued_id = execution.id
    )
  end`

import type { Sql } from '../database/sql.ts'

/** Which loops of a watch may have something to do now. */
export interface ToDo {
  /** Pauses of tasks are over. */
  readonly resuming: boolean
  /** Groups of alerts are due. */
  readonly telling: boolean
  /** Notifications are due; perhaps another replica sends them. */
  readonly delivery: boolean
  /** Failing tasks are to be examined, or alerts of any kind are open. */
  readonly failing: boolean
}

/** Looks which loops may have something to do, so that those with nothing to do cost one statement together. It reads one entry of an index for each. */
export async function findToDo(sql: Sql): Promise<ToDo> {
  const [row] = await sql<[ToDo]>`
    /* duly:find_to_do */
    select
      coalesce((select min(paused_until) from task) <= now(), false) as resuming,
      coalesce((select min(due_at) from alert_group) <= now(), false) as telling,
      coalesce((select min(due_at) from notification) <= now(), false) as delivery,
      exists (select from failing_task where alert_due) or exists (select from alert where closed_at is null) as failing`
  return row
}

import type { Fragment, Sql } from '../database/sql.ts'

/** What deleting a task sets: it is hidden from every reader, and neither its slot nor its queued execution is claimed. */
export const retired = (sql: Sql): Fragment => sql`
  status = 'disabled',
  queued_for = null,
  queued_created_at = null,
  queued_id = null,
  deleted_at = now()`

/** Retires all tasks of a service, before its rows are deleted in batches. */
export async function retireTasks(sql: Sql, serviceId: string): Promise<void> {
  await sql`
    /* duly:retire_tasks */
    update task
    set ${retired(sql)}
    where service_id = ${serviceId}
      and deleted_at is null`
}

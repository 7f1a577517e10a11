import type { Fragment, Sql } from '../database/sql.ts'
import { isRunning } from './predicates.ts'

/**
 * Queues a run of a task now, unless one is queued or running, as CTEs that lock the task:
 *
 * - `subject`: the task, with `is_busy` and the id of the new execution; empty if the service has no such task
 * - `queued`: the new execution
 *
 * @param guard CTEs between the two, which begin with a comma; with `condition` they may hold the execution back
 * @param columns of the new execution to return
 */
export const enqueueRunNow = (
  sql: Sql,
  serviceId: string,
  taskId: string,
  { guard, condition, columns }: Record<'guard' | 'condition' | 'columns', Fragment>,
): Fragment => sql`
  subject as materialized (
    select
      task.service_id,
      task.id,
      task.name,
      gen_random_uuid() as execution_id,
      task.queued_id is not null or ${isRunning(sql)} as is_busy
    from task
    where service_id = ${serviceId}
      and id = ${taskId}
      and deleted_at is null
    for update
  )
  ${guard},
  queued as (
    insert into execution (service_id, task_id, id, slot_id, created_at, scheduled_for, status)
    select service_id, id, execution_id, execution_id, now(), now(), 'queued'
    from subject
    where not is_busy
      ${condition}
    returning ${columns}
  ),
  marked as (
    update task
    set queued_for = now(),
        queued_created_at = now(),
        queued_id = subject.execution_id
    from subject
    where task.service_id = subject.service_id
      and task.id = subject.id
      and not subject.is_busy
      ${condition}
  )`

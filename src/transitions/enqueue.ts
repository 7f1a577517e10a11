import type { Fragment, Sql } from '../database/sql.ts'
import { isRunning } from './predicates.ts'

/** SQL for whether an execution of a row of `task` is queued or running: a run now has to wait. */
export const isBusy = (sql: Sql): Fragment => sql`task.queued_id is not null or ${isRunning(sql)}`

/**
 * Queues a run of tasks now, unless one is queued or running, as CTEs that lock the tasks:
 *
 * - `subject`: the tasks, with `is_busy` and the id of the new execution; empty if the service has no such task
 * - `queued`: the new executions
 *
 * @param which SQL condition for the tasks
 * @param guard CTEs between the two, which begin with a comma; with `condition` they may hold the executions back
 * @param columns of the new executions to return
 */
export const enqueueRunNow = (
  sql: Sql,
  serviceId: string,
  which: Fragment,
  { guard, condition, columns }: Record<'guard' | 'condition' | 'columns', Fragment>,
): Fragment => sql`
  subject as materialized (
    select
      task.service_id,
      task.id,
      task.name,
      gen_random_uuid() as execution_id,
      ${isBusy(sql)} as is_busy
    from task
    where service_id = ${serviceId}
      and ${which}
      and deleted_at is null
    order by id
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

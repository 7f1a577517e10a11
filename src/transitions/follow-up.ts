import type { Sql } from '../database/sql.ts'

/** How often a slot is sent again at most because its replica was lost or stopped. */
export const maxRedeliveries = 3

/**
 * What follows an execution that ended, as CTEs of a statement: SQL to stand behind a CTE `closed` that has
 * `service_id, task_id, id, slot_id, scheduled_for, missed_slots, attempt, redelivery`, and `retry_in` (an interval, or
 * null for no retry) and `redeliver` (true for one that was cut off).
 *
 * A retry or a redelivery is a new execution that waits; a retry never waits past the next slot, and neither is made for
 * a task that is not active. A task that runs once is disabled when nothing follows.
 */
export function followUp(sql: Sql) {
  return sql`
    subject as (
      select
        closed.*,
        task.once_running,
        task.current_execution_id = closed.id as is_last,
        now() + coalesce(closed.retry_in, interval '0') as again_at,
        gen_random_uuid() as again_id,
        task.status = 'active'
          and task.queued_id is null
          and task.current_execution_id = closed.id
          and case
            when closed.redeliver then closed.redelivery < ${maxRedeliveries}
            else closed.retry_in is not null and (task.once_running or now() + closed.retry_in < task.scheduled_at)
          end as again
      from closed
      join task on task.service_id = closed.service_id and task.id = closed.task_id
      order by closed.service_id, closed.task_id
      for update of task
    ), queued as (
      insert into execution (
        service_id, task_id, id, slot_id, created_at, scheduled_for, missed_slots, attempt, redelivery, status
      )
      select
        service_id, task_id, again_id, slot_id, now(), scheduled_for, missed_slots,
        attempt + case when redeliver then 0 else 1 end, case when redeliver then redelivery + 1 else 0 end, 'queued'
      from subject
      where again
    ), freed as (
      update task
      set queued_for = case when subject.again then subject.again_at else task.queued_for end,
          queued_created_at = case when subject.again then now() else task.queued_created_at end,
          queued_id = case when subject.again then subject.again_id else task.queued_id end,
          queued_running = task.queued_running and not subject.is_last,
          status = case when subject.once_running and subject.is_last and not subject.again then 'disabled' else task.status end,
          scheduled_at = case when subject.once_running and subject.is_last and not subject.again then null else task.scheduled_at end,
          once_running = task.once_running and not (subject.is_last and not subject.again)
      from subject
      where task.service_id = subject.service_id
        and task.id = subject.task_id
        and (subject.is_last or subject.again)
    )`
}

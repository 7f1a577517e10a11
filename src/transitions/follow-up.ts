import type { Sql } from '../database/sql.ts'
import { disabledIf } from './disable.ts'
import { mayRetry } from './predicates.ts'

/**
 * The follow-up of executions that have ended, as CTEs of a statement behind a CTE `closed` with the columns `service_id,
 * task_id, id, slot_id, scheduled_for, missed_slots, attempt, redelivery, stop_requested_at`, `retry_in` (an interval; null for no
 * retry) and `redeliver` (true for an execution that was interrupted or lost).
 *
 * A retry or a redelivery is a new queued execution. A retry is never queued past the next slot, and neither is queued for
 * a task that is not active, or after an execution for which a person has stopped waiting. A task that runs once is disabled
 * when no attempt follows.
 *
 * The CTE `ended` has one row for each closed execution whose task still exists; `has_next` is true where an attempt
 * follows. A slot without one has settled.
 */
export function followUp(sql: Sql) {
  return sql`
    -- The closed executions with their tasks, locked in the order of their key. With has_next another attempt follows.
    ended as (
      select
        closed.*,
        task.once_running,
        task.current_execution_id = closed.id as is_current,
        now() + coalesce(closed.retry_in, interval '0') as next_for,
        gen_random_uuid() as next_id,
        ${mayRetry(sql)} as has_next
      from closed
      join task on task.service_id = closed.service_id and task.id = closed.task_id
      order by closed.service_id, closed.task_id
      for update of task
    ),
    -- The next attempts.
    queued as (
      insert into execution (
        service_id, task_id, id, slot_id, created_at, scheduled_for, missed_slots, attempt, redelivery, status
      )
      select
        service_id, task_id, next_id, slot_id, now(), scheduled_for, missed_slots,
        attempt + case when redeliver then 0 else 1 end, case when redeliver then redelivery + 1 else 0 end, 'queued'
      from ended
      where has_next
    ),
    -- Their tasks: queued again, or no longer running; those that run once are disabled when no attempt follows.
    released as (
      update task
      set queued_for = case when ended.has_next then ended.next_for else task.queued_for end,
          queued_created_at = case when ended.has_next then now() else task.queued_created_at end,
          queued_id = case when ended.has_next then ended.next_id else task.queued_id end,
          queued_running = task.queued_running and not ended.is_current,
          ${disabledIf(sql, sql`ended.once_running and ended.is_current and not ended.has_next`)},
          scheduled_at = case when ended.once_running and ended.is_current and not ended.has_next then null else task.scheduled_at end,
          once_running = task.once_running and not (ended.is_current and not ended.has_next)
      from ended
      where task.service_id = ended.service_id
        and task.id = ended.task_id
        and (ended.is_current or ended.has_next)
    )`
}

import { rows } from '../database/rows.ts'
import type { Sql } from '../database/sql.ts'
import { countUnsent } from '../tally/pending.ts'
import { calendarUseIn } from './calendar-use.ts'
import type { RunningSlot } from './claim-slots.ts'
import { type CronTimes, cronTimes, joinCronTimes } from './cron-times.ts'
import { intervalNext, nextColumns } from './interval-next.ts'
import { createdSince } from './partition-bound.ts'
import { isCurrentStartedWithin, isSlotDue, repeats } from './predicates.ts'
import { offsetIn } from './spread.ts'

/** Whether an execution stands for slots that `skipSlots` skipped, because the one before them went on: by its words below. */
export const isPassedOver = ({ status, error }: { readonly status: string; readonly error: string | null }): boolean =>
  status === 'skipped' && error !== null && error.startsWith('passed over: ')

/**
 * Skips the due slots of tasks whose current execution is still running, in one statement: moves `scheduled_at` on, and
 * keeps one `skipped` execution for each running one, which counts the slots.
 *
 * - A task whose execution has ended in the meantime is left for the next claim.
 * - The last slot of a task is not skipped: it waits.
 * - A task that is marked as running while its execution has disappeared with its partition is released.
 *
 * @param tasks with the key of the execution that is running
 * @param crons next times of the due cron schedules; tasks with any other schedule by cron are left
 * @returns how many skipped executions were written; slots counted by an existing one are not included
 */
export async function skipSlots(
  sql: Sql,
  tasks: readonly Omit<RunningSlot, 'scheduled_at'>[],
  toleranceSeconds: number,
  crons: readonly CronTimes[] = [],
): Promise<number> {
  const since = createdSince(
    sql,
    tasks.map((task) => task.created_at),
  )
  const isStillRunning = sql`
    (
      select true
      from execution
      where ${isCurrentStartedWithin(sql, sql`running`, since)}
      limit 1
    )`
  const isSkipped = sql`
    execution.service_id = due.service_id
      and execution.task_id = due.id
      and ${since}
      -- "is true": partitions must not be pruned by the value of a row.
      and (execution.created_at > due.run_created_at) is true
      and execution.status = 'skipped'`
  // As in claim-queued.ts, looks are subqueries of one row, and rows are updated by their ctid.
  const { count } = await sql`
    /* duly:skip_slots */
    -- The tasks that the claim found running, with the keys of their executions.
    with running as (
      select *
      from ${rows(sql, tasks, 'running', {
        service_id: 'uuid',
        id: ['uuid', ({ task_id }) => task_id],
        current_execution_id: ['uuid', ({ execution_id }) => execution_id],
        current_created_at: ['timestamptz', ({ created_at }) => created_at],
      })}
    ),
    -- Releases tasks that are marked as running although their execution no longer exists or has ended.
    released as (
      update task
      set queued_running = false
      from (
        select ended.ctid, running.current_execution_id
        from running
        cross join lateral (
          select task.ctid
          from task
          where task.service_id = running.service_id
            and task.id = running.id
            and task.current_execution_id = running.current_execution_id
            and task.queued_running
          limit 1
        ) ended
        where ${isStillRunning} is null
      ) ended
      where task.ctid = ended.ctid
        and task.current_execution_id = ended.current_execution_id
        and task.queued_running
    ),
    -- Next times of the due cron schedules, worked out by the replica. Tasks with any other pattern are left.
    ${cronTimes(sql, crons)},
    -- Tasks whose slot is due while the execution is still running, locked in the order of their key.
    due as materialized (
      select
        slot.*,
        ${nextColumns(sql, sql`slot`)},
        running.current_created_at as run_created_at,
        cron_times.next_at as cron_next_at,
        cron_times.missed_slots as cron_missed_slots
      from (select * from running order by service_id, id) running
      cross join lateral (
        select
          task.ctid, task.service_id, task.id, task.scheduled_at, ${offsetIn(sql)} as spread_offset, task.frequency, task.unit,
          task.anchor_day, task.phase, task.cron, task.time_zone, ${calendarUseIn(sql)} as calendar_use, task.ends_at
        from task
        where task.service_id = running.service_id
          and task.id = running.id
          and task.current_execution_id = running.current_execution_id
          and ${isSlotDue(sql)}
          and ${repeats(sql)}
        limit 1
        for update skip locked
      ) slot
      ${joinCronTimes(sql, sql`slot`)}
      where (slot.frequency is not null or cron_times.next_at is not null)
        and ${isStillRunning}
    ),
    -- With the skipped execution that already counts slots for the running one, if there is one.
    with_skipped as materialized (
      select due.*, skipped.*
      from due
      left join lateral (
        select execution.tableoid as skipped_table, execution.ctid as skipped_ctid
        from execution
        where ${isSkipped}
        limit 1
        for update skip locked
      ) skipped on true
    ),
    -- The next slot of each task, and the number of slots to skip.
    planned as (
      select due.*, next.next_at, next.next_anchor_day, next.missed_slots + 1 as slots
      from with_skipped as due
      cross join ${intervalNext(sql, { toleranceSeconds })}
      where not next.ends
        -- A task whose skipped execution is locked by another transaction is left for the next time.
        and (due.skipped_ctid is not null or (select true from execution where ${isSkipped} limit 1) is null)
    ),
    moved as (
      update task
      set scheduled_at = planned.next_at,
          anchor_day = planned.next_anchor_day
      from planned
      where task.ctid = planned.ctid
      returning planned.*
    ),
    -- Adds to the skipped execution where there is one. Below, the other tasks get a new one.
    counted as (
      update execution
      set missed_slots = execution.missed_slots + moved.slots
      from moved
      where execution.ctid = any(array(select skipped_ctid from moved))
        and execution.ctid = moved.skipped_ctid
        and execution.tableoid = moved.skipped_table
        and ${since}
      returning moved.id
    ),
    tallied as (
      ${countUnsent(sql, 'skipped', sql`select service_id, slots as count from moved`)}
    )
    insert into execution (service_id, task_id, id, slot_id, created_at, scheduled_for, missed_slots, status, error)
    select
      moved.service_id, moved.id, made.id, made.id, now(), moved.slot_at, moved.slots, 'skipped',
      'passed over: the execution before it was still running'
    from moved
    -- The condition is always true. It depends on the row, so that each row gets an id of its own.
    cross join lateral (select gen_random_uuid() as id where moved.id is not null) made
    where moved.id not in (select id from counted)`
  return count
}

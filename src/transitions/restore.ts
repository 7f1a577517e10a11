import { rows } from '../database/rows.ts'
import type { Sql } from '../database/sql.ts'
import { calendarUseIn } from './calendar-use.ts'
import type { Claimed } from './claimed.ts'
import { type CronTimes, cronTimes, joinCronTimes } from './cron-times.ts'
import { intervalNext, nextColumns } from './interval-next.ts'
import { isCurrentStarted } from './predicates.ts'
import { offsetIn, slotOf } from './spread.ts'

/**
 * Restores executions that this replica is calling and that the database has lost: after a failover the new server may lack
 * the last seconds. An execution whose row is missing, or is still queued, is \`started\` again, and its task is as the claim
 * left it, so that no other execution of it starts. Tasks that are running something else by now, are deleted, or are locked
 * by another transaction are left.
 * @param held executions that this replica has open
 * @param crons next times of the due cron schedules
 * @returns how many were restored
 */
export async function restoreOpen(
  sql: Sql,
  replicaId: string,
  held: readonly Claimed[],
  toleranceSeconds: number,
  crons: readonly CronTimes[],
): Promise<number> {
  const { count } = await sql`
    /* duly:restore_open */
    with held as (
      select *
      from ${rows(sql, held, 'held', {
        service_id: 'uuid',
        task_id: 'uuid',
        execution_id: 'uuid',
        slot_id: 'uuid',
        created_at: 'timestamptz',
        scheduled_for: 'timestamptz',
        attempt: 'integer',
        redelivery: 'integer',
        once: 'boolean',
        was_queued: 'boolean',
      })}
    ),
    -- Executions that are missing or still queued, with their tasks, which run nothing else.
    lost as materialized (
      select
        held.*, task.scheduled_at, ${offsetIn(sql)} as spread_offset, task.frequency, task.unit, task.anchor_day,
        task.phase, task.cron, task.time_zone, ${calendarUseIn(sql)} as calendar_use, task.ends_at, task.runs_left,
        not held.was_queued and ${slotOf(sql, sql`task`)} = held.scheduled_for as is_due_again
      from held
      join task on task.service_id = held.service_id and task.id = held.task_id
      where task.deleted_at is null
        and not exists (
          select from execution
          where execution.service_id = held.service_id
            and execution.task_id = held.task_id
            and execution.created_at = held.created_at
            and execution.id = held.execution_id
            and execution.status <> 'queued'
        )
        and not exists (select from execution where ${isCurrentStarted(sql)})
      for update of task skip locked
    ),
    ${cronTimes(sql, crons)},
    due as materialized (
      select
        lost.*, ${nextColumns(sql, sql`lost`)}, cron_times.next_at as cron_next_at, cron_times.missed_slots as cron_missed_slots
      from lost
      ${joinCronTimes(sql, sql`lost`)}
    ),
    planned as materialized (
      select due.*, next.next_at, next.next_anchor_day, next.missed_slots, next.ends
      from due
      cross join ${intervalNext(sql, { toleranceSeconds, isRun: true })}
    ),
    started as (
      update execution
      set status = 'started',
          replica_id = ${replicaId},
          started_at = now()
      from planned
      where execution.service_id = planned.service_id
        and execution.task_id = planned.task_id
        and execution.created_at = planned.created_at
        and execution.id = planned.execution_id
        and execution.status = 'queued'
      returning execution.id
    ),
    inserted as (
      insert into execution (
        service_id, task_id, id, slot_id, replica_id, created_at, started_at, scheduled_for, attempt, redelivery, status
      )
      select
        service_id, task_id, execution_id, slot_id, ${replicaId}, created_at, created_at, scheduled_for, attempt, redelivery,
        'started'
      from planned
      where execution_id not in (select id from started)
    )
    update task
    set scheduled_at = case when planned.is_due_again then planned.next_at else task.scheduled_at end,
        anchor_day = case when planned.is_due_again then planned.next_anchor_day else task.anchor_day end,
        runs_left = task.runs_left - (planned.is_due_again and task.runs_left > 0)::integer,
        once_running = task.once_running
          or planned.is_due_again and planned.ends
          or planned.once and planned.frequency is null and planned.cron is null,
        current_created_at = planned.created_at,
        current_execution_id = planned.execution_id,
        queued_running = planned.was_queued,
        queued_for = case when task.queued_id = planned.execution_id then null else task.queued_for end,
        queued_created_at = case when task.queued_id = planned.execution_id then null else task.queued_created_at end,
        queued_id = case when task.queued_id = planned.execution_id then null else task.queued_id end
    from planned
    where task.service_id = planned.service_id
      and task.id = planned.task_id`
  return count
}

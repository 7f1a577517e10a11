import type { Sql } from '../database/sql.ts'
import { countUnsent } from '../tally/pending.ts'
import { type CronTimes, cronTimes, joinCronTimes } from './cron-times.ts'
import { intervalNext } from './interval-next.ts'
import { createdSince, sameTime } from './partition-bound.ts'

/**
 * Passes over the due slots of tasks whose last execution still runs, in one statement: moves `scheduled_at` on, and
 * keeps one `skipped` execution for each such run, which counts the slots. A task whose run has ended meanwhile is left
 * for the next claim, and one that runs once, or by a pattern that has no further time, waits: its last slot is not passed over. A task that counts as running while
 * nothing of it is open, its execution gone with its partition, is freed.
 * @param tasks tasks with the key of the execution that runs
 * @param crons what follows the due slots of cron schedules; one that is not among them is left
 * @returns how many executions were written as skipped; a slot that an older one of them counts is not among them
 */
export async function skipSlots(
  sql: Sql,
  tasks: readonly { service_id: string; task_id: string; execution_id: string; created_at: string }[],
  toleranceSeconds: number,
  crons: readonly CronTimes[] = [],
): Promise<number> {
  const since = createdSince(
    sql,
    tasks.map((task) => task.created_at),
  )
  const stillRuns = sql`
    (
      select true
      from execution
      where execution.service_id = running.service_id
        and execution.task_id = running.task_id
        and ${since}
        and ${sameTime(sql, sql`running.created_at`)}
        and execution.id = running.execution_id
        and execution.status = 'started'
      limit 1
    )`
  const isNote = sql`
    execution.service_id = due.service_id
      and execution.task_id = due.id
      and ${since}
      and (execution.created_at > due.run_created_at) is true
      and execution.status = 'skipped'`
  // As in the claim of what waits, looks are subqueries of one row, and what is updated is found by its place.
  const { count } = await sql`
    with running as (
      select *
      from unnest(
        ${tasks.map((task) => task.service_id)}::uuid[],
        ${tasks.map((task) => task.task_id)}::uuid[],
        ${tasks.map((task) => task.execution_id)}::uuid[],
        ${tasks.map((task) => task.created_at)}::timestamptz[]
      ) as running (service_id, task_id, execution_id, created_at)
    ), freed as (
      update task
      set queued_running = false
      from (
        select over.place, running.execution_id
        from running
        cross join lateral (
          select task.ctid as place
          from task
          where task.service_id = running.service_id
            and task.id = running.task_id
            and task.current_execution_id = running.execution_id
            and task.queued_running
          limit 1
        ) over
        where ${stillRuns} is null
      ) over
      where task.ctid = over.place
        and task.current_execution_id = over.execution_id
        and task.queued_running
    ), ${cronTimes(sql, crons)}, due as materialized (
      select
        due.*,
        running.created_at as run_created_at,
        cron_times.next_at as cron_next_at,
        cron_times.missed_slots as cron_missed_slots
      from (select * from running order by service_id, task_id) running
      cross join lateral (
        select
          task.ctid as place, task.service_id, task.id, task.scheduled_at, task.frequency, task.unit, task.anchor_day,
          task.cron, task.time_zone
        from task
        where task.service_id = running.service_id
          and task.id = running.task_id
          and task.current_execution_id = running.execution_id
          and task.status = 'active'
          and task.scheduled_at <= now()
          and (task.frequency is not null or task.cron is not null)
        limit 1
        for update skip locked
      ) due
      ${joinCronTimes(sql)}
      where (due.frequency is not null or cron_times.next_at is not null)
        and ${stillRuns}
    ), noted as materialized (
      select due.*, note.*
      from due
      left join lateral (
        select execution.tableoid as note_table, execution.ctid as note_place
        from execution
        where ${isNote}
        limit 1
        for update skip locked
      ) note on true
    ), planned as (
      select due.*, next.next_at, next.next_anchor_day, next.missed_slots + 1 as slots
      from noted as due
      cross join ${intervalNext(sql, toleranceSeconds)}
      -- One whose note somebody else has locked is left for the next time.
      where due.note_place is not null
        or (select true from execution where ${isNote} limit 1) is null
    ), moved as (
      update task
      set scheduled_at = planned.next_at,
          anchor_day = planned.next_anchor_day
      from planned
      where task.ctid = planned.place
      returning planned.*
    ), counted as (
      update execution
      set missed_slots = execution.missed_slots + moved.slots
      from moved
      where execution.ctid = any(array(select note_place from moved))
        and execution.ctid = moved.note_place
        and execution.tableoid = moved.note_table
        and ${since}
      returning moved.id
    ), tallied as (
      ${countUnsent(sql, 'skipped', sql`select service_id, slots as count from moved`)}
    )
    insert into execution (service_id, task_id, id, slot_id, created_at, scheduled_for, missed_slots, status, error)
    select
      moved.service_id, moved.id, made.id, made.id, now(), moved.scheduled_at, moved.slots, 'skipped',
      'passed over: the execution before it was still running'
    from moved
    cross join lateral (select gen_random_uuid() as id where moved.id is not null) made
    where moved.id not in (select id from counted)`
  return count
}

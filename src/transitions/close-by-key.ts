import type { Sql } from '../database/sql.ts'
import { countClosed } from '../tally/pending.ts'
import { type OutcomeRow, outcomeColumns, outcomes } from './close.ts'
import { followUp } from './follow-up.ts'
import { createdSince, sameTime } from './partition-bound.ts'

/**
 * Closes executions that are not where the claim had left them, or that somebody had locked: by their keys, in whatever
 * partition, and does what follows. It waits for no row: what somebody else has locked, the task's row included, is left.
 * Of one whose row is gone with its partition the task is freed; nothing follows.
 * @returns the ids of those that are still open
 */
export async function closeByKey(sql: Sql, replicaId: string, records: readonly OutcomeRow[]): Promise<Set<string>> {
  const since = createdSince(
    sql,
    records.map((record) => record.created_at),
  )
  const isWanted = sql`
    execution.service_id = wanted.service_id
      and execution.task_id = wanted.task_id
      and ${since}
      and ${sameTime(sql, sql`wanted.created_at`)}
      and execution.id = wanted.id`
  const isOpen = sql`
    ${isWanted}
      and execution.status = 'started'
      and execution.replica_id = ${replicaId}`
  // As in the claim of what waits, looks are subqueries of one row, and what is updated is found by its place.
  const [row] = await sql<{ left_open: string[] }[]>`
    with wanted as (
      select *
      from unnest(
        ${records.map((record) => record.service_id)}::uuid[],
        ${records.map((record) => record.task_id)}::uuid[],
        ${records.map((record) => record.created_at)}::timestamptz[],
        ${records.map((record) => record.execution_id)}::uuid[]
      ) as wanted (service_id, task_id, created_at, id)
    ), gone as materialized (
      select task.place
      from wanted
      cross join lateral (
        select task.ctid as place
        from task
        where task.service_id = wanted.service_id
          and task.id = wanted.task_id
          and task.current_execution_id = wanted.id
          and (task.once_running or task.queued_running)
          and task.queued_id is null
          and (select true from execution where ${isWanted} limit 1) is null
        limit 1
        for update skip locked
      ) task
    ), freed_of_gone as (
      update task
      set status = case when task.once_running then 'disabled' else task.status end,
          scheduled_at = case when task.once_running then null else task.scheduled_at end,
          once_running = false,
          queued_running = false
      from gone
      where task.ctid = gone.place
    ), still_open as materialized (
      select wanted.*
      from wanted
      where (select true from execution where ${isOpen} limit 1)
    ), free as materialized (
      select wanted.id, execution.*
      from still_open as wanted
      cross join lateral (
        select
        from task
        where task.service_id = wanted.service_id
          and task.id = wanted.task_id
        limit 1
        for update skip locked
      ) task
      cross join lateral (
        select execution.tableoid as partition, execution.ctid as place
        from execution
        where ${isOpen}
        limit 1
        for update skip locked
      ) execution
    ), closed as (
      update execution
      set ${outcomeColumns(sql)}
      from (
        select free.partition, free.place as free_place, outcome.*
        from free
        join ${outcomes(sql, records)} on outcome.execution_id = free.id
      ) outcome
      where execution.ctid = any(array(select place from free))
        and execution.ctid = outcome.free_place
        and execution.tableoid = outcome.partition
        and ${since}
      returning
        execution.service_id, execution.task_id, execution.id, execution.slot_id, execution.scheduled_for,
        execution.missed_slots, execution.attempt, execution.redelivery, execution.status, execution.error,
        execution.duration_ms, execution.created_at, execution.started_at,
        make_interval(secs => outcome.retry_in_ms / 1000.0) as retry_in, outcome.redeliver
    ), ${countClosed(sql)}, ${followUp(sql)}
    select array(select id from still_open where id not in (select id from closed)) as left_open`
  return new Set(row?.left_open)
}

import type { Sql } from '../database/connect.ts'
import { shards, tallyClosed } from '../overview/tally.ts'
import { createdSince, sameTime } from './partition-bound.ts'
import { outcomeColumns, outcomes, type Record } from './record.ts'
import { sequel } from './sequel.ts'

/**
 * Closes executions that are not where the claim had left them, or that somebody had locked: by their keys, in whatever
 * partition, and does what follows. It waits for no row: what somebody else has locked, the task's row included, is left.
 * Of one whose row is gone with its partition the task is freed; nothing follows.
 * @returns the ids of those that are still open
 */
export async function recordByKey(sql: Sql, replicaId: string, records: readonly Record[]): Promise<Set<string>> {
  const since = createdSince(
    sql,
    records.map((record) => record.created_at),
  )
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
      select task.service_id, task.id
      from wanted
      join task on task.service_id = wanted.service_id and task.id = wanted.task_id and task.last_id = wanted.id
      where (task.slot_taken or task.queued_taken)
        and task.queued_id is null
        and not exists (
          select from execution
          where execution.service_id = wanted.service_id
            and execution.task_id = wanted.task_id
            and ${since}
        and ${sameTime(sql, sql`wanted.created_at`)}
            and execution.id = wanted.id
        )
      for update of task skip locked
    ), freed_of_gone as (
      update task
      set status = case when task.slot_taken then 'disabled' else task.status end,
          scheduled_at = case when task.slot_taken then null else task.scheduled_at end,
          slot_taken = false,
          queued_taken = false
      from gone
      where task.service_id = gone.service_id
        and task.id = gone.id
    ), still_open as materialized (
      select execution.service_id, execution.task_id, execution.created_at, execution.id
      from wanted
      join execution
        on execution.service_id = wanted.service_id
        and execution.task_id = wanted.task_id
        and ${since}
        and ${sameTime(sql, sql`wanted.created_at`)}
        and execution.id = wanted.id
      where execution.status = 'started'
        and execution.replica_id = ${replicaId}
    ), free as materialized (
      select still_open.*
      from still_open
      join task on task.service_id = still_open.service_id and task.id = still_open.task_id
      join execution
        on execution.service_id = still_open.service_id
        and execution.task_id = still_open.task_id
        and ${since}
        and ${sameTime(sql, sql`still_open.created_at`)}
        and execution.id = still_open.id
      where execution.status = 'started'
        and execution.replica_id = ${replicaId}
      for update of task, execution skip locked
    ), closed as (
      update execution
      set ${outcomeColumns(sql)}
      from free
      join ${outcomes(sql, records)} on outcome.execution_id = free.id
      where execution.service_id = free.service_id
        and execution.task_id = free.task_id
        and ${since}
        and ${sameTime(sql, sql`free.created_at`)}
        and execution.id = free.id
      returning
        execution.service_id, execution.task_id, execution.id, execution.slot_id, execution.scheduled_for,
        execution.missed_slots, execution.attempt, execution.redelivery, execution.status, execution.error,
        execution.duration_ms, execution.created_at, execution.started_at,
        make_interval(secs => outcome.retry_in_ms / 1000.0) as retry_in, outcome.redeliver
    ), ${tallyClosed(sql, shards.other(replicaId))}, ${sequel(sql)}
    select array(select id from still_open where id not in (select id from closed)) as left_open`
  return new Set(row?.left_open)
}

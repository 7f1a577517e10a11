import { rows } from '../database/rows.ts'
import type { Sql } from '../database/sql.ts'
import { countClosed } from '../tally/pending.ts'
import { disabledIf } from './disable.ts'
import { followUp } from './follow-up.ts'
import { type OutcomeRow, outcomeColumns, outcomes } from './outcome.ts'
import { createdSince, sameTime } from './partition-bound.ts'
import { hasSettled, recordClosedFailures } from './record-failures.ts'

/** What closing by key has done. */
export interface ClosedByKey {
  /** Ids of the executions that are still open, because another transaction has locked them or their task. */
  readonly open: ReadonlySet<string>
  /** Ids of those that this statement closed. The others were closed before, or are gone with their partition. */
  readonly closed: ReadonlySet<string>
  /** Ids of the closed ones that are followed by another attempt. */
  readonly followed: ReadonlySet<string>
}

/**
 * Closes executions that are not at the ctid that the claim returned, or were locked: by their keys, in any partition, with
 * the same follow-up. It waits for no lock: executions that another transaction has locked, or whose task it has, stay open.
 * The task of an execution whose row is gone with its partition is released; there is no follow-up.
 */
export async function closeByKey(sql: Sql, replicaId: string, list: readonly OutcomeRow[]): Promise<ClosedByKey> {
  const since = createdSince(
    sql,
    list.map((row) => row.created_at),
  )
  const isWanted = sql`
    execution.service_id = wanted.service_id
      and execution.task_id = wanted.task_id
      and ${since}
      and ${sameTime(sql, sql`wanted.created_at`)}
      and execution.id = wanted.execution_id`
  const isOpen = sql`
    ${isWanted}
      and execution.status = 'started'
      and execution.replica_id = ${replicaId}`
  // As in claim-queued.ts, looks are subqueries of one row, and rows are updated by their ctid.
  const [row] = await sql<{ open: string[]; closed: string[]; followed: string[] }[]>`
    /* duly:close_by_key */
    -- The executions to close.
    with wanted as (
      select *
      from ${rows(sql, list, 'wanted', {
        service_id: 'uuid',
        task_id: 'uuid',
        created_at: 'timestamptz',
        execution_id: 'uuid',
      })}
    ),
    -- Tasks that are running an execution whose row no longer exists. They are released without a follow-up.
    orphaned as materialized (
      select task.ctid
      from wanted
      cross join lateral (
        select task.ctid
        from task
        where task.service_id = wanted.service_id
          and task.id = wanted.task_id
          and task.current_execution_id = wanted.execution_id
          and (task.once_running or task.queued_running)
          and task.queued_id is null
          and (select true from execution where ${isWanted} limit 1) is null
        limit 1
        for update skip locked
      ) task
    ),
    released_orphaned as (
      update task
      set ${disabledIf(sql, sql`task.once_running`)},
          scheduled_at = case when task.once_running then null else task.scheduled_at end,
          once_running = false,
          queued_running = false
      from orphaned
      where task.ctid = orphaned.ctid
    ),
    -- Those that this replica still has open.
    still_open as materialized (
      select wanted.*
      from wanted
      where (select true from execution where ${isOpen} limit 1)
    ),
    -- Those that no other transaction has locked, with their tasks.
    locked as materialized (
      select wanted.execution_id, execution.*
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
        select execution.tableoid as partition, execution.ctid
        from execution
        where ${isOpen}
        limit 1
        for update skip locked
      ) execution
    ),
    closed as (
      update execution
      set ${outcomeColumns(sql, list)}
      from (
        select locked.partition, locked.ctid as locked_ctid, outcome.*
        from locked
        join ${outcomes(sql, list)} on outcome.execution_id = locked.execution_id
      ) outcome
      -- Reads the rows by their ctids; the conditions below find each one's outcome.
      where execution.ctid = any(array(select ctid from locked))
        and execution.ctid = outcome.locked_ctid
        and execution.tableoid = outcome.partition
        and ${since}
      returning
        execution.service_id, execution.task_id, execution.id, execution.slot_id, execution.scheduled_for,
        execution.missed_slots, execution.attempt, execution.redelivery, execution.stop_requested_at, execution.status, execution.error,
        execution.duration_ms, execution.created_at, execution.started_at, execution.status_code,
        make_interval(secs => outcome.retry_in_ms / 1000.0) as retry_in, outcome.redeliver
    ),
    ${followUp(sql)},
    ${countClosed(sql, hasSettled(sql))},
    ${recordClosedFailures(sql)}
    select
      array(select execution_id from still_open where execution_id not in (select id from closed)) as open,
      array(select id from closed) as closed,
      array(select id from ended where has_next) as followed`
  return { open: new Set(row?.open), closed: new Set(row?.closed), followed: new Set(row?.followed) }
}

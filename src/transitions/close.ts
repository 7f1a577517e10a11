import type { Fragment, Sql } from '../database/sql.ts'
import { notAllClosed, shards, tallyAll } from '../tally/tally.ts'
import { followUp } from './follow-up.ts'
import { type OutcomeRow, outcomeColumns, outcomes } from './outcome.ts'
import { failureIsRecorded, givenFailures, hasSettled, recordFailures } from './record-failures.ts'

/** What closing a batch has led to. */
export interface Closed {
  /** Ids of the executions that are followed by another attempt; the slots of the others have settled. */
  readonly followed: readonly string[]
}

/**
 * Closes executions that this replica has started, in one partition. Those that recovery has closed before stay as they are.
 * A row is found by its ctid, which only closing it changes, and a request to stop waiting, after which it is closed by its key. So
 * no index is read however long the history. Measured in a drain of 60,000 tasks without a history, six runs each in turn:
 * PostgreSQL spends 50.8 µs of CPU on an execution by ctid, and 53.7 µs by key.
 */
const closing = (sql: Sql, replicaId: string, partition: string, list: readonly OutcomeRow[]) => sql`
  update ${sql(partition)} as execution
  set ${outcomeColumns(sql, list)}
  from ${outcomes(sql, list)}
  -- The ctid is that of the claim; the id makes sure that it is still the same row.
  where execution.ctid = outcome.ctid
    and execution.id = outcome.execution_id
    and execution.status = 'started'
    and execution.replica_id = ${replicaId}`

/**
 * Closes executions of one partition that need no follow-up, and counts them. All or none: if one of them is not open at
 * its ctid, nothing is written.
 * @returns undefined if nothing was written
 */
export async function closeInPlace(
  sql: Sql,
  replicaId: string,
  partition: string,
  list: readonly OutcomeRow[],
): Promise<Closed | undefined> {
  const rows = await allOrNone(
    sql`
      /* duly:close_in_place */
      with ${givenFailures(sql, list)}
      closed as (
        ${closing(sql, replicaId, partition, list)}
        returning execution.service_id, execution.task_id, execution.status
      ),
      -- Counts them. Violates a constraint, so that nothing is written, unless all are in closed.
      ${tallyAll(sql, shards.inPlace(replicaId), list, sql`true`)}
      ${recordGiven(sql, list, sql`true`)}
      select count(*) from closed`,
  )
  return rows && { followed: [] }
}

/**
 * Closes executions of one partition, counts them, and makes the follow-up: queues the next attempt, releases the task,
 * or disables a task that runs once. All or none, like `closeInPlace`.
 * @returns undefined if nothing was written
 */
export async function closeWithFollowUp(
  sql: Sql,
  replicaId: string,
  partition: string,
  list: readonly OutcomeRow[],
): Promise<Closed | undefined> {
  const rows = await allOrNone(
    sql<Closed[]>`
      /* duly:close_with_follow_up */
      with ${givenFailures(sql, list)}
      closed as (
        ${closing(sql, replicaId, partition, list)}
        returning
          execution.service_id, execution.task_id, execution.id, execution.slot_id, execution.status,
          execution.scheduled_for, execution.missed_slots, execution.attempt, execution.redelivery, execution.stop_requested_at,
          make_interval(secs => outcome.retry_in_ms / 1000.0) as retry_in, outcome.redeliver
      ),
      ${followUp(sql)},
      -- Counts them. Violates a constraint, so that nothing is written, unless all are in closed.
      ${tallyAll(sql, shards.other(replicaId), list, hasSettled(sql))}
      ${recordGiven(sql, list, hasSettled(sql))}
      select array(select id from ended where has_next) as followed`,
  )
  return rows?.[0]
}

/** CTEs, with a comma before them, that record the failed ones of a list. Nothing if none has failed. */
const recordGiven = (sql: Sql, list: readonly OutcomeRow[], settled: Fragment) =>
  list.some(({ status }) => status === 'failed')
    ? sql`, ${recordFailures(sql, sql`select failure.*, ${settled} as settled from failure`)}`
    : sql``

/** The rows of a statement; undefined when it found that not all executions were open at their ctid. */
async function allOrNone<T>(statement: Promise<T>): Promise<T | undefined> {
  try {
    return await statement
  } catch (error) {
    const { constraint_name = '' } = (error ?? {}) as { constraint_name?: string }
    if (constraint_name !== notAllClosed && constraint_name !== failureIsRecorded) throw error
    return undefined
  }
}

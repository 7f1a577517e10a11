import type { Sql } from '../database/sql.ts'
import { notAllClosed, shards, tallyAll } from '../tally/tally.ts'
import { followUp } from './follow-up.ts'
import type { Outcome } from './outcome.ts'

/** An outcome with the key of its execution, and what is to follow. */
export interface OutcomeRow extends Outcome {
  readonly service_id: string
  readonly task_id: string
  readonly execution_id: string
  readonly created_at: string
  /** By how much the first attempt at a slot started late. */
  readonly skew_ms?: number | null
  /** The partition in which the execution's row lies, and where in it (ctid), as the claim left it. */
  readonly partition: string
  readonly place: string
  /** Milliseconds until the next attempt, or null for none. */
  readonly retry_in_ms: number | null
  /** True for a call that was cut off: its slot is sent again. */
  readonly redeliver: boolean
}

/** Outcomes as rows named `outcome`. Booleans go as text: the driver takes an array of them for one boolean. */
export const outcomes = (sql: Sql, records: readonly OutcomeRow[]) => sql`
  unnest(
    ${records.map((record) => record.place)}::text[]::tid[],
    ${records.map((record) => record.execution_id)}::uuid[],
    ${records.map((record) => record.status)}::text[],
    ${records.map((record) => record.status_code) as number[]}::integer[],
    ${records.map((record) => record.response) as string[]}::text[],
    ${records.map((record) => String(record.response_truncated))}::text[]::boolean[],
    ${records.map((record) => record.duration_ms) as number[]}::integer[],
    ${records.map((record) => record.error) as string[]}::text[],
    ${records.map((record) => record.retry_in_ms) as number[]}::integer[],
    ${records.map((record) => String(record.redeliver))}::text[]::boolean[]
  ) as outcome (
    place, execution_id, status, status_code, response, response_truncated, duration_ms, error, retry_in_ms, redeliver
  )`

/** What closing sets. */
export const outcomeColumns = (sql: Sql) => sql`
  status = outcome.status,
  status_code = outcome.status_code,
  response = outcome.response,
  response_truncated = outcome.response_truncated,
  duration_ms = outcome.duration_ms,
  error = outcome.error`

/**
 * Closes what this replica has open in one partition, and only that: whatever recovery closed before stays as it is. A
 * row is found by its place, which nothing but closing it changes: no look into an index, however long the history.
 */
const closing = (sql: Sql, replicaId: string, partition: string, records: readonly OutcomeRow[]) => sql`
  update ${sql(partition)} as execution
  set ${outcomeColumns(sql)}
  from ${outcomes(sql, records)}
  where execution.ctid = outcome.place
    and execution.id = outcome.execution_id
    and execution.status = 'started'
    and execution.replica_id = ${replicaId}`

/**
 * Closes executions of one partition after which nothing follows, and counts them. All or none: when one of them is not
 * open and in its place nothing is written.
 * @returns whether they are closed
 */
export async function closeInPlace(
  sql: Sql,
  replicaId: string,
  partition: string,
  records: readonly OutcomeRow[],
): Promise<boolean> {
  return allOrNone(
    sql`
      with closed as (
        ${closing(sql, replicaId, partition, records)}
        returning execution.service_id, execution.task_id, execution.status
      ), ${tallyAll(sql, shards.inPlace(replicaId), records)}
      select count(*) from closed`,
  )
}

/** Whether a statement did its work; false when it found that not all was there to be closed. */
async function allOrNone(statement: Promise<unknown>): Promise<boolean> {
  try {
    await statement
    return true
  } catch (error) {
    if ((error as { constraint_name?: string } | null)?.constraint_name !== notAllClosed) throw error
    return false
  }
}

/**
 * Closes executions of one partition, counts them, and does what follows: queues the next attempt, frees the task,
 * disables one that runs once. All or none, as above.
 * @returns whether they are closed
 */
export async function closeWithFollowUp(
  sql: Sql,
  replicaId: string,
  partition: string,
  records: readonly OutcomeRow[],
): Promise<boolean> {
  return allOrNone(
    sql`
      with closed as (
        ${closing(sql, replicaId, partition, records)}
        returning
          execution.service_id, execution.task_id, execution.id, execution.slot_id, execution.status,
          execution.scheduled_for, execution.missed_slots, execution.attempt, execution.redelivery,
          make_interval(secs => outcome.retry_in_ms / 1000.0) as retry_in, outcome.redeliver
      ), ${tallyAll(sql, shards.other(replicaId), records)}, ${followUp(sql)}
      select count(*) from closed`,
  )
}

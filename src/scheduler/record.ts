import type { Sql } from '../database/connect.ts'
import { sequel } from './sequel.ts'

/** How a call ended, as it is written down. */
export interface Outcome {
  readonly status: 'success' | 'failed'
  readonly status_code: number | null
  readonly response: string | null
  readonly response_truncated: boolean
  readonly duration_ms: number | null
  readonly error: string | null
}

/** An outcome with the key of its execution, and what is to follow. */
export interface Record extends Outcome {
  readonly service_id: string
  readonly task_id: string
  readonly execution_id: string
  readonly created_at: string
  /** Milliseconds until the next attempt, or null for none. */
  readonly retry_in_ms: number | null
  /** True for a call that was cut off: its slot is sent again. */
  readonly redeliver: boolean
}

// Booleans go as text: the driver takes an array of them for one boolean.
const outcomes = (sql: Sql, records: readonly Record[]) => sql`
  unnest(
    ${records.map((record) => record.service_id)}::uuid[],
    ${records.map((record) => record.task_id)}::uuid[],
    ${records.map((record) => record.execution_id)}::uuid[],
    ${records.map((record) => record.created_at)}::timestamptz[],
    ${records.map((record) => record.status)}::text[],
    ${records.map((record) => record.status_code) as number[]}::integer[],
    ${records.map((record) => record.response) as string[]}::text[],
    ${records.map((record) => String(record.response_truncated))}::text[]::boolean[],
    ${records.map((record) => record.duration_ms) as number[]}::integer[],
    ${records.map((record) => record.error) as string[]}::text[],
    ${records.map((record) => record.retry_in_ms) as number[]}::integer[],
    ${records.map((record) => String(record.redeliver))}::text[]::boolean[]
  ) as outcome (
    service_id, task_id, execution_id, created_at, status, status_code, response, response_truncated, duration_ms, error,
    retry_in_ms, redeliver
  )`

/** Closes only what this replica has open: whatever was closed before, by recovery or by itself, stays as it is. */
const closing = (sql: Sql, replicaId: string, records: readonly Record[]) => {
  const times = records.map((record) => record.created_at).sort()
  return sql`
    update execution
    set status = outcome.status,
        status_code = outcome.status_code,
        response = outcome.response,
        response_truncated = outcome.response_truncated,
        duration_ms = outcome.duration_ms,
        error = outcome.error
    from ${outcomes(sql, records)}
    where execution.service_id = outcome.service_id
      and execution.task_id = outcome.task_id
      and execution.created_at = outcome.created_at
      and execution.id = outcome.execution_id
      and execution.created_at between ${times.at(0) ?? null}::timestamptz and ${times.at(-1) ?? null}::timestamptz
      and execution.status = 'started'
      and execution.replica_id = ${replicaId}`
}

/** Closes executions after which nothing follows. Closing one twice changes nothing. */
export async function record(sql: Sql, replicaId: string, records: readonly Record[]): Promise<void> {
  await sql`${closing(sql, replicaId, records)}`
}

/** Closes executions and does what follows: queues the next attempt, frees the task, disables one that runs once. */
export async function recordWithSequel(sql: Sql, replicaId: string, records: readonly Record[]): Promise<void> {
  await sql`
    with closed as (
      ${closing(sql, replicaId, records)}
      returning
        execution.service_id, execution.task_id, execution.id, execution.slot_id, execution.scheduled_for,
        execution.missed_slots, execution.attempt, execution.redelivery,
        make_interval(secs => outcome.retry_in_ms / 1000.0) as retry_in, outcome.redeliver
    ), ${sequel(sql)}`
}

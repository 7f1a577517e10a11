import { type Static, Type } from '@sinclair/typebox'
import { auditing } from '../audit/entry.ts'
import {
  type BatchRow,
  type BatchStart,
  batchLimit,
  boundedBatch,
  type CountedBatch,
  selectBatch,
  toBatch,
} from '../database/bounded-batch.ts'
import { rfc3339 } from '../database/rfc3339.ts'
import type { Sql } from '../database/sql.ts'
import { Id, Time } from '../formats/schema.ts'
import type { Caller } from '../http/caller.ts'
import { type Once, unlessUsed } from '../idempotency/key.ts'
import { enqueueRunNow } from '../transitions/enqueue.ts'
import { executionColumns } from './columns.ts'
import { type Execution, type ExecutionName, executionNames } from './model.ts'

/**
 * Counts the executions of a task, with one status if `status` is given.
 * @returns undefined when the service has no such task
 */
export async function countExecutions(
  sql: Sql,
  serviceId: string,
  taskId: string,
  status: string | undefined,
): Promise<number | undefined> {
  const [row] = await sql<{ total: number }[]>`
    /* duly:count_executions */
    select (
      select count(*)::int
      from execution
      where execution.service_id = task.service_id
        and execution.task_id = task.id
        ${status === undefined ? sql`` : sql`and execution.status = ${status}`}
    ) as total
    from task
    where service_id = ${serviceId}
      and id = ${taskId}
      and deleted_at is null`
  return row?.total
}

/** Whether the service has this task. */
export async function hasTask(sql: Sql, serviceId: string, taskId: string): Promise<boolean> {
  const rows = await sql`
    /* duly:has_task */
    select
    from task
    where service_id = ${serviceId}
      and id = ${taskId}
      and deleted_at is null`
  return rows.length > 0
}

/** Schema of the position of an execution in a list: its sort key. */
export const executionPosition = Type.Object({ created_at: Time, id: Id })

/** The position of an execution in a list. */
export type ExecutionCursor = Static<typeof executionPosition>

/** Which executions of a task a list contains, and with which fields. */
export interface ExecutionListOptions {
  /** All by default. */
  readonly status?: string
  /** The fields of each execution. The others are not read. */
  readonly names: readonly ExecutionName[]
  /** How much of each response is read, from its beginning. All by default. */
  readonly responseCharacters?: number
}

/**
 * Reads a batch of a task's executions, newest first, as JSON. A batch has at least one execution and ends when it reaches
 * `batchBytes`.
 */
export async function listBatch(
  sql: Sql,
  serviceId: string,
  taskId: string,
  { status, names, responseCharacters }: ExecutionListOptions,
  start: BatchStart<ExecutionCursor>,
): Promise<CountedBatch<ExecutionCursor>> {
  const { last } = start
  const shown = names.map((name, index) => {
    const column = sql`batch.${sql(name)}`
    return sql`${index === 0 ? sql`` : sql`, `}${timeColumns.has(name) ? rfc3339(sql, column) : column} as ${sql(name)}`
  })
  const isCut = responseCharacters !== undefined && names.includes('response')
  const read = [...new Set([...names, 'created_at', 'id'])].filter((name) => !isCut || name !== 'response')
  const [row] = await sql<[BatchRow<ExecutionCursor>]>`
    /* duly:list_executions */
    with matched as materialized (
      select
        ${executionColumns(sql, read)}
        ${isCut ? sql`, left(execution.response, ${responseCharacters}::integer) as response` : sql``}
      from execution
      where service_id = ${serviceId}
        and task_id = ${taskId}
        ${status === undefined ? sql`` : sql`and status = ${status}`}
        ${last === undefined ? sql`` : sql`and (created_at, id) < (${last.created_at}::text::timestamptz, ${last.id})`}
      order by created_at desc, id desc
      ${batchLimit(sql, start)}
    ), ${boundedBatch(sql, sizeOf(sql, names), start)}
    ${selectBatch(sql, sql`${shown}`, ['created_at', 'id'])}`
  return toBatch(row)
}

const columns = (sql: Sql) => executionColumns(sql, executionNames)

/** The columns that hold times. */
const timeColumns: ReadonlySet<ExecutionName> = new Set([
  'answer_dropped_at',
  'scheduled_for',
  'queued_for',
  'started_at',
  'stop_requested_at',
  'created_at',
])

/** SQL for the approximate size of an execution as JSON, in bytes. */
const sizeOf = (sql: Sql, names: readonly ExecutionName[]) => sql`
  ${names.includes('response') ? sql`coalesce(octet_length(response), 0)` : sql`0`}
  + ${names.includes('response_header') ? sql`coalesce(octet_length(response_header::text), 0)` : sql`0`}`

/** Returns one execution of a task by its key; undefined when there is no such execution. */
export async function findExecution(
  sql: Sql,
  serviceId: string,
  taskId: string,
  at: { readonly created_at: string; readonly id: string },
): Promise<Execution | undefined> {
  const [row] = await sql<Execution[]>`
    /* duly:find_execution */
    select ${columns(sql)}
    from execution
    where service_id = ${serviceId}
      and task_id = ${taskId}
      and created_at = ${at.created_at}::text::timestamptz
      and id = ${at.id}`
  return row
}

/**
 * Queues an execution of a task now, whatever its status and schedule, unless one is queued or running. Any replica may
 * claim it. The audit says who asked.
 * @param once idempotency key to store with the execution. When it was used within 24 hours, nothing is queued.
 * @returns undefined when there is no such task; `execution` is null when the task is busy or the key was used
 */
export async function insertRunNow(
  sql: Sql,
  { serviceId, actor }: Pick<Caller, 'serviceId' | 'actor'>,
  taskId: string,
  once?: Once,
): Promise<{ execution: Execution | null } | undefined> {
  const [row] = await sql<(Execution | { id: null })[]>`
    /* duly:enqueue_run_now */
    with ${enqueueRunNow(sql, serviceId, sql`id = ${taskId}`, {
      guard: once === undefined ? sql`` : takingKey(sql, once),
      condition: once === undefined ? sql`` : sql`and exists (select from taken)`,
      // It is sent at once, and its task does not know it yet.
      columns: executionColumns(sql, executionNames, sql`execution.created_at`),
    })},
    noted as (
      ${auditing(sql, actor(), sql`select subject.service_id, subject.id, subject.name, 'task_run', null::jsonb, jsonb_build_object('execution_id', queued.id), '{}'::text[] from subject cross join queued`)}
    )
    select queued.*
    from subject
    left join queued on true`
  return row && { execution: row.id === null ? null : row }
}

/** CTE that stores an idempotency key for the execution to be queued. Returns no row when the key was used within 24 hours. */
const takingKey = (sql: Sql, { key, bodyHashes }: Once) => sql`
  , taken as (
    insert into idempotency_key (service_id, key, body_hash, task_id, execution_created_at, execution_id)
    select service_id, ${key}, ${bodyHashes[0] as Buffer}, id, now(), execution_id
    from subject
    where not is_busy
    ${unlessUsed(sql)}
  )`

import { type BatchRow, boundedBatch, selectBatch, toBatch } from '../../database/bounded-batch.ts'
import { rfc3339 } from '../../database/rfc3339.ts'
import { columnsOf, rows } from '../../database/rows.ts'
import type { Sql } from '../../database/sql.ts'
import { executionColumns } from '../columns.ts'
import type { Filter, Key } from './filter.ts'

/** Columns of an execution that are shown as they are. */
const plainColumns = [
  ...['id', 'task_id', 'slot_id', 'status', 'status_code', 'response_truncated', 'error', 'attempt', 'missed_slots'],
  ...['duration_ms', 'waited_ms', 'lookup_ms', 'answer_ms', 'sent_twice'],
]
const times = ['answer_dropped_at', 'scheduled_for', 'queued_for', 'started_at', 'stop_requested_at', 'created_at']

/** How many of the keys have been read. */
interface Cursor {
  readonly position: number
}

/**
 * Reads a batch of executions that a search has found, as JSON. Those that have changed their status since, or are gone with
 * their task or their partition, are left out.
 * @param keys those that are still to be read
 */
export async function readFound(
  sql: Sql,
  { serviceId, statuses }: Filter,
  keys: readonly Key[],
  withResponse: boolean,
): Promise<{ json: string | null; count: number; read: number }> {
  if (keys.length === 0) return { json: null, count: 0, read: 0 }
  const start = { last: undefined, offset: 0, limit: keys.length }
  // Failures are not in the order in which they were created. A millisecond more, for the microseconds of the last one.
  const created = keys.map(({ created_at }) => Date.parse(created_at))
  const earliest = new Date(Math.min(...created)).toISOString()
  const latest = new Date(Math.max(...created) + 1).toISOString()
  const [row] = await sql<[BatchRow<Cursor>]>`
    /* duly:read_found_executions */
    with matched as materialized (
      select key.position, key.failed_at, task.name as task_name, task.key as task_key, execution.*
      from ${rows(sql, keys, 'key', {
        task_id: 'uuid',
        created_at: 'timestamptz',
        id: 'uuid',
        failed_at: 'timestamptz',
        position: ['integer', (_, index) => index + 1],
      })}
      -- Each row is looked up: as a join, all tasks of the service would be read.
      cross join lateral (
        select task.name, task.key
        from task
        where task.service_id = ${serviceId}
          and task.id = key.task_id
          and task.deleted_at is null
        limit 1
      ) task
      cross join lateral (
        select ${executionColumns(sql, [...plainColumns, ...times])}
          ${withResponse ? sql`, execution.response, execution.response_header` : sql``}
        from execution
        where execution.service_id = ${serviceId}
          and execution.task_id = key.task_id
          and execution.created_at = key.created_at
          -- Prunes partitions when the statement is planned.
          and execution.created_at between ${earliest}::text::timestamptz and ${latest}::text::timestamptz
          and execution.id = key.id
          ${statuses === undefined ? sql`` : sql`and execution.status = any(${statuses as string[]})`}
        limit 1
      ) execution
      order by key.position
    ), ${boundedBatch(sql, withResponse ? sql`octet_length(response) + coalesce(octet_length(response_header::text), 0)` : sql`octet_length(error)`, start)}
    ${selectBatch(
      sql,
      sql`
        ${columnsOf(sql, sql`batch`, plainColumns)},
        ${times.map((name) => sql`${rfc3339(sql, sql`batch.${sql(name)}`)} as ${sql(name)}, `)}
        ${withResponse ? sql`batch.response, batch.response_header,` : sql``}
        ${rfc3339(sql, sql`batch.failed_at`)} as failed_at, batch.task_name, batch.task_key`,
      ['position'],
    )}`
  const { json, count, last, more } = toBatch(row)
  return { json, count, read: more ? last.position : keys.length }
}

import { boundedBatch } from '../database/bounded-batch.ts'
import { rfc3339 } from '../database/rfc3339.ts'
import type { Fragment, Sql } from '../database/sql.ts'
import type { Batch } from '../http/json-stream.ts'
import { maskedHeader } from './entry.ts'

/** How many changes a service has, or one of its tasks; undefined when the service has no such task. */
export async function countEntries(
  sql: Sql,
  serviceId: string,
  taskId: string | undefined,
): Promise<number | undefined> {
  const [row] = await sql<{ total: number }[]>`
    select (
      select count(*)::integer
      from audit
      where service_id = ${serviceId}
        ${taskId === undefined ? sql`` : sql`and task_id = ${taskId}`}
    ) as total
    ${
      taskId === undefined
        ? sql``
        : sql`
          from task
          where service_id = ${serviceId}
            and id = ${taskId}
            and deleted_at is null`
    }`
  return row?.total
}

/** Where a batch of changes ended. */
export interface EntryPlace {
  readonly at: string
  readonly id: string
}

/** Which changes a batch begins with, and how many there are at most. */
export interface BatchStart {
  /** The place behind which it begins; the offset is then left out. */
  readonly last: EntryPlace | undefined
  readonly offset: number
  readonly limit: number
}

/**
 * A batch of a service's changes, of one task if given, newest first, as JSON; it ends where `batchBytes` are reached, with
 * one at least.
 */
export async function listBatch(
  sql: Sql,
  serviceId: string,
  taskId: string | undefined,
  { last, offset, limit }: BatchStart,
): Promise<Batch<EntryPlace> & { readonly count: number }> {
  const [row] = await sql<{ json: string | null; count: number; matched: number; at: string; id: string }[]>`
    with matched as materialized (
      select *
      from audit
      where service_id = ${serviceId}
        ${taskId === undefined ? sql`` : sql`and task_id = ${taskId}`}
        ${last === undefined ? sql`` : sql`and (at, id) < (${last.at}::text::timestamptz, ${last.id})`}
      order by at desc, id desc
      limit ${limit}
      offset ${last ? 0 : offset}
    ), ${boundedBatch(sql, sql`coalesce(octet_length(before::text), 0) + coalesce(octet_length(after::text), 0)`)}
    select
      string_agg(row_to_json(entry)::text, ',') as json,
      count(*)::integer as count,
      (select count(*)::integer from matched) as matched,
      (array_agg(batch.at))[count(*)] as at,
      (array_agg(batch.id))[count(*)] as id
    from batch
    cross join lateral (
      select
        batch.id, ${rfc3339(sql, sql`batch.at`)} as at, batch.task_id, batch.name, batch.action, batch.actor,
        batch.principal, host(batch.address) as address, batch.user_agent, batch.request_id, batch.before, batch.after,
        batch.secrets
    ) entry`
  const { json = null, count = 0, matched = 0, at = '', id = '' } = row ?? {}
  return { json, count, last: { at, id }, more: count < matched }
}

/**
 * Masks secret headers in what was written of tasks before their names were secret.
 * @param pattern a regular expression over the names of secret headers, in lower case
 */
export async function maskEntries(
  sql: Sql,
  tasks: readonly { readonly service_id: string; readonly id: string }[],
  pattern: string,
): Promise<void> {
  const masked = (shown: Fragment) => sql`
    case when ${shown} ? 'header' then jsonb_set(${shown}, '{header}', ${maskedHeader(sql, sql`${shown} -> 'header'`, pattern)}) else ${shown} end`
  await sql`
    update audit
    set before = ${masked(sql`before`)},
        after = ${masked(sql`after`)}
    from unnest(
      ${tasks.map(({ service_id }) => service_id)}::uuid[],
      ${tasks.map(({ id }) => id)}::uuid[]
    ) as task (service_id, id)
    where audit.service_id = task.service_id
      and audit.task_id = task.id
      and (before ? 'header' or after ? 'header')`
}

/** Forgets changes that are older than so many days, a batch of them. @returns how many */
export async function deleteExpiredEntries(sql: Sql, retentionDays: number, limit: number): Promise<number> {
  const rows = await sql`
    with expired as materialized (
      select service_id, at, id
      from audit
      where at < now() - make_interval(days => ${retentionDays})
      limit ${limit}
      for update skip locked
    )
    delete from audit
    using expired
    where audit.service_id = expired.service_id
      and audit.at = expired.at
      and audit.id = expired.id
    returning 1`
  return rows.length
}

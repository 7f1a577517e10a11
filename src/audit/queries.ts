import { type Static, Type } from '@sinclair/typebox'
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
import type { Fragment, Sql } from '../database/sql.ts'
import { Id, Time } from '../formats/schema.ts'
import { maskedHeader } from './entry.ts'
import { type EntryFilter, isMeant } from './filter.ts'

/**
 * Counts the audit entries of a service that a filter means.
 * @param taskId the task that they are asked of, a deleted one too; undefined if they are asked of the service
 * @returns undefined when the service has no such task, and no entry of it
 */
export async function countEntries(
  sql: Sql,
  serviceId: string,
  filter: EntryFilter,
  taskId: string | undefined,
): Promise<number | undefined> {
  const [row] = await sql<{ total: number }[]>`
    /* duly:count_audit_entries */
    select (
      select count(*)::integer
      from audit
      where ${isMeant(sql, serviceId, filter)}
    ) as total
    ${taskId === undefined ? sql`` : sql`where ${isAudited(sql, serviceId, taskId)}`}`
  return row?.total
}

/** Whether the service has this task or had it, so that the audit of it can be read. */
export async function hasAuditedTask(sql: Sql, serviceId: string, taskId: string): Promise<boolean> {
  const rows = await sql`
    /* duly:has_audited_task */
    select
    where ${isAudited(sql, serviceId, taskId)}`
  return rows.length > 0
}

/** SQL condition: the service has this task, or an entry of it is kept. */
const isAudited = (sql: Sql, serviceId: string, taskId: string): Fragment => sql`
  exists (
    select
    from task
    where service_id = ${serviceId}
      and id = ${taskId}
      and deleted_at is null
  )
  or exists (
    select
    from audit
    where service_id = ${serviceId}
      and task_id = ${taskId}
  )`

/** Schema of the position of an entry in the audit of a service: its sort key. */
export const entryPosition = Type.Object({ at: Time, id: Id })

/** The position of an entry in the audit of a service. */
export type EntryCursor = Static<typeof entryPosition>

/**
 * Reads a batch of the audit entries of a service that a filter means, newest first, as JSON. A batch has at least one entry and
 * ends when it reaches `batchBytes`.
 */
export async function listBatch(
  sql: Sql,
  serviceId: string,
  filter: EntryFilter,
  start: BatchStart<EntryCursor>,
): Promise<CountedBatch<EntryCursor>> {
  const { last } = start
  const [row] = await sql<[BatchRow<EntryCursor>]>`
    /* duly:list_audit_entries */
    with matched as materialized (
      select *
      from audit
      where ${isMeant(sql, serviceId, filter)}
        ${last === undefined ? sql`` : sql`and (at, id) < (${last.at}::text::timestamptz, ${last.id})`}
      order by at desc, id desc
      ${batchLimit(sql, start)}
    ), ${boundedBatch(sql, sql`coalesce(octet_length(before::text), 0) + coalesce(octet_length(after::text), 0)`, start)}
    ${selectBatch(
      sql,
      sql`
        batch.id, ${rfc3339(sql, sql`batch.at`)} as at, batch.task_id, batch.name, batch.action, batch.actor,
        batch.principal, host(batch.address) as address, batch.user_agent, batch.request_id, batch.before, batch.after,
        batch.secrets`,
      ['at', 'id'],
    )}`
  return toBatch(row)
}

/**
 * Masks secret headers in the audit entries of tasks, for entries that were written before a header's name was secret.
 * @param pattern regular expression that matches the names of secret headers in lower case
 */
export async function maskEntries(
  sql: Sql,
  tasks: readonly { readonly service_id: string; readonly id: string }[],
  pattern: string,
): Promise<void> {
  const masked = (shown: Fragment) => sql`
    case when ${shown} ? 'header' then jsonb_set(${shown}, '{header}', ${maskedHeader(sql, sql`${shown} -> 'header'`, pattern)}) else ${shown} end`
  await sql`
    /* duly:mask_audit_entries */
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

/** Deletes up to `limit` audit entries older than `retentionDays`. @returns how many */
export async function deleteExpiredEntries(sql: Sql, retentionDays: number, limit: number): Promise<number> {
  const rows = await sql`
    /* duly:delete_expired_audit_entries */
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

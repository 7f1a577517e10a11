import type { Fragment, Sql } from '../database/connect.ts'
import { maskedHeader } from './entry.ts'
import type { AuditEntry } from './model.ts'

/** How many changes there are, of one task if given. */
export async function countEntries(sql: Sql, serviceId: string, taskId: string | undefined): Promise<number> {
  const [row] = await sql<{ total: number }[]>`
    select count(*)::integer as total
    from audit
    where service_id = ${serviceId}
      ${taskId === undefined ? sql`` : sql`and task_id = ${taskId}`}`
  return row?.total ?? 0
}

/** One page of a service's changes, of one task if given, newest first. */
export async function listEntries(
  sql: Sql,
  serviceId: string,
  taskId: string | undefined,
  page: { offset: number; limit: number },
): Promise<AuditEntry[]> {
  return sql<AuditEntry[]>`
    select
      id, at, task_id, name, action, actor, principal, host(address) as address, user_agent, request_id, before, after, secrets
    from audit
    where service_id = ${serviceId}
      ${taskId === undefined ? sql`` : sql`and task_id = ${taskId}`}
    order by at desc, id desc
    limit ${page.limit}
    offset ${page.offset}`
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

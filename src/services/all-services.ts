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
import type { Sql } from '../database/sql.ts'
import { Id } from '../formats/schema.ts'
import { isNotTriedAgain } from '../overview/failing.ts'
import { noHash } from './find-token.ts'

/** Which services are listed. */
export interface ServiceFilter {
  /** What their names contain, in any case. */
  readonly search?: string | undefined
  /** Only those with failing tasks. */
  readonly failing?: boolean | undefined
}

/** Schema of the position of a service in the list. */
export const servicePosition = Type.Object({ name: Type.String(), id: Id })

type ServicePosition = Static<typeof servicePosition>

/** Reads a batch of all services by name, as JSON, without those that are being deleted. */
export async function listAllBatch(
  sql: Sql,
  { search, failing = false }: ServiceFilter,
  start: BatchStart<ServicePosition>,
): Promise<CountedBatch<ServicePosition>> {
  const { last } = start
  const failingTasks = sql`
    from failing_task
    join task on task.service_id = failing_task.service_id and task.id = failing_task.task_id
    where failing_task.service_id = service.id
      and task.deleted_at is null
      and not ${isNotTriedAgain(sql)}`
  const [row] = await sql<[BatchRow<ServicePosition>]>`
    /* duly:list_all_services */
    with matched as materialized (
      select id, name, created_at
      from service
      where token_hash <> ${noHash}
        ${search === undefined ? sql`` : sql`and strpos(lower(name), lower(${search})) > 0`}
        ${failing ? sql`and exists (select ${failingTasks})` : sql``}
        ${last === undefined ? sql`` : sql`and (name, id) > (${last.name}, ${last.id})`}
      order by name, id
      ${batchLimit(sql, start)}
    ), ${boundedBatch(sql, sql`octet_length(name) + 300`, start)}
    ${selectBatch(
      sql,
      sql`
        batch.id, batch.name, ${rfc3339(sql, sql`batch.created_at`)} as created_at, failing.count as failing,
        open.alerts, open.late, day.success, day.failed, day.skipped
      from (select batch.id) service
      cross join lateral (select count(*)::integer ${failingTasks}) failing
      cross join lateral (
        select count(*)::integer as alerts, count(*) filter (where kind = 'late')::integer as late
        from alert
        where alert.service_id = service.id
          and closed_at is null
      ) open
      cross join lateral (
        select
          coalesce(sum(success), 0)::float8 as success, coalesce(sum(failed), 0)::float8 as failed,
          coalesce(sum(skipped), 0)::float8 as skipped
        from (
          select at, success, failed, skipped
          from tally
          where tally.service_id = service.id
          union all
          select at, success, failed, skipped
          from tally_pending
          where tally_pending.service_id = service.id
        ) ended
        where at > now() - interval '24 hours'
      ) day`,
      ['name', 'id'],
    )}`
  return toBatch(row)
}

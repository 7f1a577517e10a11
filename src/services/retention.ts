import { auditing } from '../audit/entry.ts'
import type { Fragment, Sql } from '../database/sql.ts'
import type { Actor } from '../http/caller.ts'
import type { OwnDays } from './retention-model.ts'

/** Returns for how long the executions of a service are kept; undefined when there is no such service. */
export async function readRetention(sql: Sql, id: string): Promise<OwnDays | undefined> {
  const [row] = await sql<OwnDays[]>`
    /* duly:read_retention */
    select retention.execution_days, retention.failure_days, retention.answer_days
    from service
    left join retention on retention.service_id = service.id
    where service.id = ${id}`
  return row
}

/** SQL: the days of a row as an audit entry stores them. */
const audited = (sql: Sql, row: Fragment): Fragment => sql`
  jsonb_build_object(
    'execution_days', ${row}.execution_days, 'failure_days', ${row}.failure_days, 'answer_days', ${row}.answer_days
  )`

/**
 * Sets for how long the executions of a service are kept, and writes an audit entry if that is a change.
 * @returns false when there is no such service
 */
export async function setRetention(sql: Sql, id: string, days: OwnDays, actor: Actor): Promise<boolean> {
  const { count } = await sql`
    /* duly:set_retention */
    with target as (
      select service.id, service.name, retention.execution_days, retention.failure_days, retention.answer_days
      from service
      left join retention on retention.service_id = service.id
      where service.id = ${id}
    ), given as (
      select
        ${days.execution_days}::integer as execution_days, ${days.failure_days}::integer as failure_days,
        ${days.answer_days}::integer as answer_days
    ), removed as (
      delete from retention
      using target, given
      where retention.service_id = target.id
        and coalesce(given.execution_days, given.failure_days, given.answer_days) is null
    ), written as (
      insert into retention (service_id, execution_days, failure_days, answer_days)
      select target.id, given.*
      from target
      cross join given
      where coalesce(given.execution_days, given.failure_days, given.answer_days) is not null
      -- What has been dropped by the former days stays noted.
      on conflict (service_id) do update
      set execution_days = excluded.execution_days,
          failure_days = excluded.failure_days,
          answer_days = excluded.answer_days
    ), audited as (
      ${auditing(
        sql,
        actor,
        sql`
          select
            target.id, null::uuid, target.name, 'service_updated', jsonb_build_object('retention', ${audited(sql, sql`target`)}),
            jsonb_build_object('retention', ${audited(sql, sql`given`)}), '{}'::text[]
          from target
          cross join given
          where ${audited(sql, sql`target`)} <> ${audited(sql, sql`given`)}`,
      )}
    )
    select from target`
  return count > 0
}

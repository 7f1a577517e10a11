import { auditing } from '../audit/entry.ts'
import type { Fragment, Sql } from '../database/sql.ts'
import type { Actor } from '../http/caller.ts'
import type { LabelDays, OwnDays } from './retention-model.ts'

/** What a service has set. */
export interface SetDays extends OwnDays {
  /** For tasks with a label, by its name. */
  readonly labels: readonly LabelDays[]
}

/** SQL: the days of the labels of a service, as an array. */
const labelsOf = (sql: Sql, serviceId: Fragment): Fragment => sql`
  (
    select coalesce(
      jsonb_agg(
        jsonb_build_object(
          'label', label_name || '=' || label_value, 'execution_days', execution_days, 'failure_days', failure_days,
          'answer_days', answer_days
        )
        order by label_name, label_value
      ),
      '[]'
    )
    from label_retention
    where label_retention.service_id = ${serviceId}
  )`

/** Returns for how long the executions of a service are kept; undefined when there is no such service. */
export async function readRetention(sql: Sql, id: string): Promise<SetDays | undefined> {
  const [row] = await sql<SetDays[]>`
    /* duly:read_retention */
    select
      retention.execution_days, retention.failure_days, retention.answer_days,
      ${labelsOf(sql, sql`service.id`)} as labels
    from service
    left join retention on retention.service_id = service.id
    where service.id = ${id}`
  return row
}

/** SQL: the days of a row as an audit entry stores them. */
export const auditedDays = (sql: Sql, row: Fragment): Fragment => sql`
  jsonb_build_object(
    'execution_days', ${row}.execution_days, 'failure_days', ${row}.failure_days, 'answer_days', ${row}.answer_days
  )`

/**
 * Sets for how long the executions of a service are kept, and writes an audit entry if that is a change.
 * @returns the days of its labels, or undefined when there is no such service
 */
export async function setRetention(
  sql: Sql,
  id: string,
  days: OwnDays,
  actor: Actor,
): Promise<readonly LabelDays[] | undefined> {
  const [row] = await sql<Pick<SetDays, 'labels'>[]>`
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
            target.id, null::uuid, target.name, 'service_updated', jsonb_build_object('retention', ${auditedDays(sql, sql`target`)}),
            jsonb_build_object('retention', ${auditedDays(sql, sql`given`)}), '{}'::text[]
          from target
          cross join given
          where ${auditedDays(sql, sql`target`)} <> ${auditedDays(sql, sql`given`)}`,
      )}
    )
    select ${labelsOf(sql, sql`target.id`)} as labels
    from target`
  return row?.labels
}

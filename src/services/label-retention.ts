import { auditing } from '../audit/entry.ts'
import type { Fragment, Sql } from '../database/sql.ts'
import type { Actor } from '../http/caller.ts'
import type { Label } from '../task-fields/one-label.ts'
import { auditedDays } from './retention.ts'
import type { OwnDays } from './retention-model.ts'

/** How many labels of a service may have days of their own: each is looked for with every execution that is dropped. */
const maxLabels = 20

/** What to say when a service has set days for as many labels as it may. */
export const tooManyLabels = `A service may set retention for ${maxLabels} labels, and this one has: take it back for one first.`

/** SQL: the service, with the days that it has set for a label, if it has. `is_set` says which. */
const target = (sql: Sql, id: string, { name, value }: Label): Fragment => sql`
  select
    service.id, service.name, stored.service_id is not null as is_set, stored.execution_days, stored.failure_days,
    stored.answer_days
  from service
  left join label_retention stored
    on stored.service_id = service.id
    and stored.label_name = ${name}
    and stored.label_value = ${value}
  where service.id = ${id}`

/** SQL: the days of a label as an audit entry stores them. */
const audited = (sql: Sql, { name, value }: Label, row: Fragment): Fragment => sql`
  jsonb_build_object('label_retention', ${auditedDays(sql, row)} || jsonb_build_object('label', ${`${name}=${value}`}::text))`

/** SQL: the same when there are none. */
const none = (sql: Sql): Fragment => sql`jsonb_build_object('label_retention', null)`

/** Returns for how long executions of the tasks with a label are kept; undefined when the service has set nothing for it. */
export async function readLabelRetention(sql: Sql, id: string, { name, value }: Label): Promise<OwnDays | undefined> {
  const [row] = await sql<OwnDays[]>`
    /* duly:read_label_retention */
    select execution_days, failure_days, answer_days
    from label_retention
    where service_id = ${id}
      and label_name = ${name}
      and label_value = ${value}`
  return row
}

/** What became of days that were to be set for a label. */
export interface LabelWrite {
  readonly existed: boolean
  /** False when the service has set days for as many labels as it may. */
  readonly is_written: boolean
}

/**
 * Sets for how long executions of the tasks with a label are kept, and writes an audit entry if that is a change.
 * @returns undefined when there is no such service
 */
export async function setLabelRetention(
  sql: Sql,
  id: string,
  label: Label,
  days: OwnDays,
  actor: Actor,
): Promise<LabelWrite | undefined> {
  const [row] = await sql<LabelWrite[]>`
    /* duly:set_label_retention */
    with target as (
      ${target(sql, id, label)}
    ), given as (
      select
        ${days.execution_days}::integer as execution_days, ${days.failure_days}::integer as failure_days,
        ${days.answer_days}::integer as answer_days
    ), written as (
      insert into label_retention (service_id, label_name, label_value, execution_days, failure_days, answer_days)
      select target.id, ${label.name}, ${label.value}, given.*
      from target
      cross join given
      where target.is_set
        or (select count(*) from label_retention where service_id = ${id}) < ${maxLabels}::integer
      -- What has been dropped by the former days stays noted.
      on conflict (service_id, label_name, label_value) do update
      set execution_days = excluded.execution_days,
          failure_days = excluded.failure_days,
          answer_days = excluded.answer_days
      -- An update has set xmax. Of two requests at the same moment the row alone tells which made it.
      returning xmax = 0 as is_new
    ), audited as (
      ${auditing(
        sql,
        actor,
        sql`
          select
            target.id, null::uuid, target.name, 'service_updated',
            case when target.is_set then ${audited(sql, label, sql`target`)} else ${none(sql)} end,
            ${audited(sql, label, sql`given`)}, '{}'::text[]
          from target
          cross join given
          cross join written
          where not target.is_set
            or ${auditedDays(sql, sql`target`)} <> ${auditedDays(sql, sql`given`)}`,
      )}
    )
    select
      target.is_set or not coalesce(written.is_new, true) as existed, written.is_new is not null as is_written
    from target
    left join written on true`
  return row
}

/**
 * Takes back what was set for a label, and writes an audit entry. Its tasks may now have shorter days, so all that the service has
 * is looked through again.
 * @returns false when nothing was set
 */
export async function deleteLabelRetention(sql: Sql, id: string, label: Label, actor: Actor): Promise<boolean> {
  const { count } = await sql`
    /* duly:delete_label_retention */
    with target as (
      ${target(sql, id, label)}
    ), deleted as (
      delete from label_retention
      where service_id = ${id}
        and label_name = ${label.name}
        and label_value = ${label.value}
      returning service_id
    ), of_service as (
      update retention
      set successes_before = '-infinity',
          failures_before = '-infinity',
          answers_before = '-infinity'
      where service_id in (select service_id from deleted)
    ), of_labels as (
      update label_retention
      set successes_before = '-infinity',
          failures_before = '-infinity',
          answers_before = '-infinity'
      where service_id in (select service_id from deleted)
        and (label_name, label_value) <> (${label.name}, ${label.value})
    ), audited as (
      ${auditing(
        sql,
        actor,
        sql`
          select
            target.id, null::uuid, target.name, 'service_updated', ${audited(sql, label, sql`target`)}, ${none(sql)},
            '{}'::text[]
          from target
          cross join deleted`,
      )}
    )
    select from deleted`
  return count > 0
}

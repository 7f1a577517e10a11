import { auditing } from '../audit/entry.ts'
import { rfc3339 } from '../database/rfc3339.ts'
import type { Fragment, Sql } from '../database/sql.ts'
import type { Caller } from '../http/caller.ts'
import { examineAgain } from './failing.ts'
import { regroup } from './mutes.ts'
import type { AlertPolicy, PolicyFields } from './policy-model.ts'
import { conflictOf, fieldColumns, type PolicyScope, policyOfSubject, shownColumns, subjectOf } from './policy-scope.ts'

/** How many alert policies a service may have. */
export const maxPolicies = 1_000

/** SQL: what a row of `alert_policy` says, as an audit entry stores it. */
const audited = (sql: Sql, row: Fragment): Fragment => sql`
  jsonb_build_object(
    'failures', ${row}.failures, 'window_failures', ${row}.window_failures, 'window_seconds', ${row}.window_seconds,
    'late_seconds', ${row}.late_seconds, 'long_seconds', ${row}.long_seconds, 'remind_hours', ${row}.remind_hours,
    'recovered', ${row}.recovered, 'channels', ${row}.channels, 'muted_until', ${rfc3339(sql, sql`${row}.muted_until`)}
  )`

/**
 * SQL: what follows a change of a policy, as CTEs: failing tasks are examined by it, and groups are told what it no longer mutes.
 * Which tasks have a label is not asked: those of the service are examined, and keep the policy that they have.
 * @param changed name of a CTE with the rows of `alert_policy` that have changed
 */
const afterChange = (sql: Sql, changed: Fragment): Fragment => sql`
  examined as (
    ${examineAgain(sql, sql`select service_id, task_id from ${changed}`)}
  ), regrouped as (
    ${regroup(
      sql,
      sql`
        select told.service_id, told.alert_id
        from ${changed} changed
        -- The failing tasks first, in the order in which the notices lock both.
        cross join (select count(*) from examined) first
        join alert_channel told on told.service_id = changed.service_id
        left join alert on alert.service_id = told.service_id and alert.id = told.alert_id and changed.task_id is not null
        where changed.task_id is null
          or alert.task_id = changed.task_id`,
    )}
  )`

/** What became of a policy that was to be set. */
export interface PolicyWrite {
  /** Whether there is the task that it is for. */
  readonly has_subject: boolean
  /** Ids of channels that it names and the service does not have. */
  readonly missing: readonly string[]
  readonly existed: boolean
  /** Null when nothing was written, because a channel is missing or the service has as many policies as it may have. */
  readonly policy: AlertPolicy | null
}

/**
 * Sets a policy, and writes the audit entry. Nothing is written if it says this already. All channels that it names are locked
 * and get a new version, so that a delete that waits for one does not overlook the policy.
 */
export async function putPolicy(
  sql: Sql,
  { serviceId, actor }: Caller,
  scope: PolicyScope,
  fields: PolicyFields,
): Promise<PolicyWrite> {
  const [row] = await sql<(Omit<PolicyWrite, 'policy'> & AlertPolicy & { written: boolean })[]>`
    /* duly:put_alert_policy */
    with subject as materialized (
      ${subjectOf(sql, serviceId, scope)}
    ), named as materialized (
      select id
      from channel
      where service_id = ${serviceId}
        and id = any(${fields.channels}::uuid[])
      order by id
      for no key update
    ), missing as materialized (
      select id
      from unnest(${fields.channels}::uuid[]) as wanted (id)
      where id not in (select id from named)
    ), stored as materialized (
      ${policyOfSubject(sql, serviceId, sql`for update of alert_policy`)}
    ), given as (
      select
        subject.*, ${fields.failures}::smallint as failures, ${fields.window_failures}::smallint as window_failures,
        ${fields.window_seconds}::integer as window_seconds, ${fields.late_seconds}::integer as late_seconds,
        ${fields.long_seconds}::integer as long_seconds, ${fields.remind_hours}::smallint as remind_hours,
        ${fields.recovered}::boolean as recovered, ${fields.channels}::uuid[] as channels,
        ${fields.muted_until}::timestamptz as muted_until
      from subject
    ), written as (
      insert into alert_policy (
        service_id, task_id, label_name, label_value, failures, window_failures, window_seconds, late_seconds, long_seconds,
        remind_hours, recovered, channels, muted_until
      )
      select ${serviceId}, task_id, label_name, label_value, ${fieldColumns(sql, sql`given`)}, given.muted_until
      from given
      where not exists (select from missing)
        and not exists (
          select
          from stored
          where (${fieldColumns(sql, sql`stored`)}, stored.muted_until)
            is not distinct from (${fieldColumns(sql, sql`given`)}, given.muted_until)
        )
        and (
          exists (select from stored)
          or (select count(*) from alert_policy where service_id = ${serviceId}) < ${maxPolicies}::integer
        )
      on conflict ${conflictOf(sql, scope)} do update
      set failures = excluded.failures,
          window_failures = excluded.window_failures,
          window_seconds = excluded.window_seconds,
          late_seconds = excluded.late_seconds,
          long_seconds = excluded.long_seconds,
          remind_hours = excluded.remind_hours,
          recovered = excluded.recovered,
          channels = excluded.channels,
          muted_until = excluded.muted_until,
          updated_at = excluded.updated_at
      -- An update has set xmax. Of two requests at the same moment the times do not tell which made the row.
      returning *, xmax = 0 as is_new
    ), touched as (
      update channel
      set updated_at = channel.updated_at
      from written
      where channel.service_id = ${serviceId}
        and channel.id in (select id from named)
    ), audited as (
      ${auditing(
        sql,
        actor(),
        sql`
          select
            written.service_id, null::uuid, subject.name, 'alert_policy_set',
            case when stored.id is not null then ${audited(sql, sql`stored`)} end, ${audited(sql, sql`written`)}, '{}'::text[]
          from written
          cross join subject
          left join stored on true`,
      )}
    ), ${afterChange(sql, sql`written`)}
    select
      exists (select from subject) as has_subject, array(select id from missing) as missing,
      exists (select from stored) or not policy.is_new as existed, policy.id is not null as written, ${shownColumns(sql)}
    from (values (1)) one
    left join (
      select * from written
      union all
      select *, false from stored where not exists (select from written)
    ) policy on true`
  if (!row) throw new Error('A select from values returned no row.')
  const { has_subject, missing, existed, written, ...policy } = row
  return { has_subject, missing, existed, policy: written ? policy : null }
}

/**
 * Deletes a policy, and writes the audit entry.
 * @returns whether there was one; undefined when there is no such task
 */
export async function deletePolicy(
  sql: Sql,
  { serviceId, actor }: Caller,
  scope: PolicyScope,
): Promise<boolean | undefined> {
  const [row] = await sql<{ deleted: boolean }[]>`
    /* duly:delete_alert_policy */
    with subject as materialized (
      ${subjectOf(sql, serviceId, scope)}
    ), deleted as (
      delete from alert_policy
      using (${policyOfSubject(sql, serviceId)}) target
      where alert_policy.service_id = target.service_id
        and alert_policy.id = target.id
      returning alert_policy.*
    ), audited as (
      ${auditing(
        sql,
        actor(),
        sql`
          select
            deleted.service_id, null::uuid, subject.name, 'alert_policy_deleted', ${audited(sql, sql`deleted`)}, null::jsonb,
            '{}'::text[]
          from deleted
          cross join subject`,
      )}
    ), ${afterChange(sql, sql`deleted`)}
    select exists (select from deleted) as deleted
    from subject`
  return row?.deleted
}

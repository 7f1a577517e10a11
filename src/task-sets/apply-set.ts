import { afterRelabelling } from '../alerts/relabelled.ts'
import { auditing, shownTask } from '../audit/entry.ts'
import type { Fragment, Sql } from '../database/sql.ts'
import type { Caller } from '../http/caller.ts'
import { recordUses } from '../named-secrets/uses.ts'
import { type FieldName, fieldNames } from '../task-fields/fields.ts'
import { columnType } from '../tasks/column-types.ts'
import { upsertLabels } from '../tasks/identity-rows.ts'
import { inserting, plainNames } from '../tasks/insert.ts'
import { columns } from '../tasks/queries.ts'
import { changingProfile, newSecrets } from '../tasks/secret-change.ts'
import { lockingCalendars, storedUse } from '../transitions/calendar-use.ts'
import { cancelQueued, isRepeated, isRetry } from '../transitions/cancel.ts'
import { runsLeft } from '../transitions/ends.ts'
import { nullValue } from '../transitions/null-value.ts'
import { newSlots, rescheduledTo } from '../transitions/reschedule.ts'
import { slotOf } from '../transitions/spread.ts'
import { entries, forgetHeaders, retiring } from './apply-parts.ts'
import type { AppliedSet, Writes } from './writes.ts'

const scheduleNames: readonly FieldName[] = ['frequency', 'unit', 'cron', 'time_zone']
/** The name of the column that has the new value of a field. */
const newName = (sql: Sql, name: FieldName) => sql(`new_${name}`)

/** SQL for the new value of a field as it is stored. */
const newValue = (sql: Sql, name: FieldName): Fragment => {
  const usual = nullValue(sql, name)
  return usual ? sql`nullif(scheduled.${newName(sql, name)}, ${usual})` : sql`scheduled.${newName(sql, name)}`
}

const valueNames = plainNames.filter((name) => !['status', 'paused_until', ...scheduleNames].includes(name))

/**
 * Writes what a plan comes to, all or nothing.
 * @param pattern regular expression that matches the names of secret headers in lower case
 * @returns the new revision; undefined if the set or one of the tasks is not as the plan saw it, and then nothing is written
 */
export async function applySet(
  sql: Sql,
  caller: Caller,
  set: AppliedSet,
  writes: Writes,
  pattern: string,
): Promise<number | undefined> {
  const { serviceId } = caller
  const { created, changed, ended, members, removedKeys, uses } = writes
  const { principal } = caller.actor()
  const rows = [...changed, ...ended.map((task) => ({ ...task, retire: true }))]
  const { locking, isLocked } = lockingCalendars(
    sql,
    serviceId,
    [...changed, ...created].map(({ calendar_use }) => calendar_use),
  )
  const isWritten = sql`exists (select from written_set)`
  const newStatus = sql`
    case
      when scheduled.is_over then 'disabled'
      when scheduled.has_run and scheduled.new_at is null then scheduled.old_status
      else coalesce(scheduled.given_status, scheduled.old_status)
    end`
  const [row] = await sql<{ revision: number }[]>`
    /* duly:apply_task_set */
    with ${locking} locked_set as (
      select revision
      from task_set
      where service_id = ${serviceId}
        and name = ${set.name}
      for update
    ), given as materialized (
      select *
      from jsonb_to_recordset(${sql.json(rows as never)}) as new (
        id uuid, seen_version integer, seen_secret_header jsonb, seen_sealed_url text, retire boolean,
        ${fieldNames.map((name) => sql`${sql(name)} ${columnType(sql, name)}, `)}
        secret_header jsonb, sealed_url text, sent_at timestamptz, next_at timestamptz, calendar_use text,
        counts_anew boolean
      )
    ), locked as materialized (
      select
        task as stored, task.service_id, task.id, task.name, task.key as old_key, task.frequency as old_frequency,
        task.unit as old_unit, task.cron as old_cron, task.time_zone as old_zone, task.given_at as old_given_at,
        task.status as old_status, ${slotOf(sql, sql`task`)} as old_at, task.once_running as old_once_running, task.queued_for,
        task.queued_created_at, task.queued_id, ${shownTask(sql, pattern)} as shown, given.frequency, given.unit, given.cron,
        given.time_zone, given.sent_at, given.next_at, given.calendar_use, given.counts_anew, given.status as given_status,
        given.paused_until, coalesce(given.retire, false) as retire,
        given.ends_at, ${runsLeft(sql, sql`given.max_runs`, sql`false`)} as runs_left,
        (task.ends_at, task.max_runs::integer) is distinct from (given.ends_at, given.max_runs) as ends_otherwise,
        coalesce(given.status <> 'active', false) as stops, given.secret_header as new_secret_header,
        given.sealed_url as new_sealed_url
        ${valueNames.map((name) => sql`, given.${sql(name)} as ${newName(sql, name)}`)}
      from (select * from given order by id) as given
      -- A look of one row each, see read-set.ts. The rows are locked in the order of their ids.
      cross join lateral (
        select *
        from task
        where service_id = ${serviceId}
          and id = given.id
          and deleted_at is null
          and version = given.seen_version
          ${isLocked}
          and secret_header is not distinct from given.seen_secret_header
          and sealed_url is not distinct from given.seen_sealed_url
        limit 1
        for update
      ) task
    ),
    -- Everything below depends on this row, which is written only if all is as the plan saw it.
    written_set as (
      insert into task_set (service_id, name, revision, actor, source)
      select ${serviceId}, ${set.name}, 1, ${principal}::text, ${set.source}::text
      where (select count(*) from locked) = ${rows.length}::integer
        and coalesce((select revision from locked_set), 0) = ${set.revision}::integer
      on conflict on constraint task_set_pkey do update
      set revision = task_set.revision + 1,
          actor = excluded.actor,
          source = excluded.source,
          applied_at = now()
      where task_set.revision = ${set.revision}::integer
      returning revision
    ), target as (
      select *
      from locked
      where not retire
        and ${isWritten}
    ), ended as (
      select service_id, id
      from locked
      where retire
        and ${isWritten}
    ), ${newSlots(sql, {
      given: sql`sent_at`,
      isAbsent: sql`(sent_at is null)`,
      isNull: sql`false`,
      nextAt: sql`next_at`,
      keepsTimes: sql`false`,
      countsAnew: sql`counts_anew`,
    })}, ${cancelQueued(
      sql,
      sql`scheduled`,
      sql`
        case when scheduled.stops then 'not sent: the task was ' || scheduled.given_status || ' before this retry'
          else 'not sent: the next slot comes before this retry' end`,
      sql`
        case when scheduled.stops then ${isRepeated(sql)}
          else scheduled.new_at is distinct from scheduled.old_at
            and scheduled.new_at <= scheduled.queued_for
            and ${isRetry(sql)} end`,
    )}, changed as (
      update task
      set frequency = scheduled.frequency,
          unit = scheduled.unit,
          cron = scheduled.cron,
          time_zone = scheduled.time_zone,
          calendar_use = ${storedUse(sql, sql`scheduled.calendar_use`)},
          ${rescheduledTo(sql, sql`scheduled.sent_at`, newValue(sql, 'spread_seconds'))},
          status = ${newStatus},
          paused_until = case when ${newStatus} = 'paused' then scheduled.paused_until end,
          ${valueNames.map((name) => sql`${sql(name)} = ${newValue(sql, name)},`)}
          secret_header = scheduled.new_secret_header,
          sealed_url = scheduled.new_sealed_url,
          version = task.version + 1,
          updated_at = now()
      from scheduled
      left join cancelled on cancelled.id = scheduled.queued_id
      where task.service_id = scheduled.service_id
        and task.id = scheduled.id
      returning
        ${columns(sql)}, task.version, scheduled.shown as shown_before, ${shownTask(sql, pattern)} as shown,
        ${newSecrets(sql)} as new_secrets
    ), created as (
      ${inserting(sql, serviceId, created, pattern, sql`where ${isWritten}`)}
    ), updated as (
      select service_id, id, key, labels, tls_profile, version
      from changed
      union all
      select service_id, id, key, labels, tls_profile, version
      from created
    ), ${retiring(sql, serviceId)},
    -- Keys are given after all old ones are gone: tasks may exchange them.
    unkeyed as (
      delete from task_key
      where service_id = ${serviceId}
        and task_id = any(array(select id from locked where retire or old_key is distinct from new_key))
        and ${isWritten}
      returning task_id
    ), keyed as (
      insert into task_key (service_id, key, task_id)
      select service_id, key, id
      from updated
      where key is not null
        and id not in (select id from locked where old_key is not distinct from new_key)
        and (select count(*) from unkeyed) >= 0
      order by key
    ), removed as (
      delete from task_set_member
      where service_id = ${serviceId}
        and set_name = ${set.name}
        and key = any(${removedKeys as string[]}::text[])
        and ${isWritten}
      returning key
    ), joined as (
      insert into task_set_member (service_id, set_name, key, task_id, applied, applied_version)
      select ${serviceId}, ${set.name}, member.key, member.task_id, member.applied, coalesce(member.version, updated.version)
      from jsonb_to_recordset(${sql.json(members as never)}) as member (key text, task_id uuid, applied jsonb, version integer)
      left join updated on updated.id = member.task_id
      where ${isWritten}
        and (select count(*) from removed) >= 0
      on conflict on constraint task_set_member_pkey do update
      set task_id = excluded.task_id,
          applied = excluded.applied,
          applied_version = excluded.applied_version,
          applied_at = now()
    ), forgotten as (
      ${forgetHeaders(sql, writes)}
    ), used as (
      ${recordUses(sql, uses, sql`updated`)}
    ), audited as (
      ${auditing(sql, caller.actor(), entries(sql, caller, set))}
    )
    ${changingProfile(sql)}
    , dropped_label as materialized (
      select target.id as task_id, old.name
      from target
      cross join lateral jsonb_object_keys((target.stored).labels) as old (name)
      where not coalesce(target.new_labels ? old.name, false)
    ), unlabelled as (
      delete from task_label
      where service_id = ${serviceId}
        and (task_id, name) in (select task_id, name from dropped_label)
    ), labelled as (
      ${upsertLabels(sql, sql`updated`)}
    ), relabelled as (
      select id
      from target
      where (stored).labels is distinct from new_labels
    ), ${afterRelabelling(sql, serviceId, sql`relabelled`)}
    select revision
    from written_set`
  return row?.revision
}

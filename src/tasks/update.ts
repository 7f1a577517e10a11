import { auditing, shownTask, updatedEntries } from '../audit/entry.ts'
import type { Fragment, Sql } from '../database/sql.ts'
import type { Caller } from '../http/caller.ts'
import { kindOf } from '../schedule/kind.ts'
import type { FieldName } from '../task-fields/fields.ts'
import { httpsCondition } from '../tls-profiles/uses.ts'
import { lockingCalendars, storedUse } from '../transitions/calendar-use.ts'
import { cancelQueued, isRepeated, isRetry } from '../transitions/cancel.ts'
import { runsLeft } from '../transitions/ends.ts'
import { isReadBack } from '../transitions/read-back.ts'
import { newSlot, rescheduled } from '../transitions/reschedule.ts'
import { slotOf } from '../transitions/spread.ts'
import type { ConditionalChange } from './change.ts'
import { columnValue } from './column-types.ts'
import { type CronChange, noUse, seesSchedule } from './cron-change.ts'
import { changeIdentity, seesIdentity } from './identity-rows.ts'
import { columns, resultColumns, type StoredTask } from './queries.ts'
import {
  changingProfile,
  changingUses,
  type EqualSecrets,
  headerValues,
  newSecrets,
  type SetColumn,
} from './secret-change.ts'
import { urlCondition, urlValues } from './url-change.ts'

/**
 * Changes the given fields of a task. `newSlot` computes its next run. If nothing differs from what is stored, the row is returned
 * unchanged, with its version and without an audit entry. A run-once task that has run stays disabled if it is sent
 * back as it was before its run.
 *
 * Pausing or disabling cancels a queued retry or redelivery; a queued "run now" stays queued. A queued retry is also cancelled if
 * the next slot now comes before it.
 * @param change has both `cron` and `time_zone`, or neither
 * @returns undefined when there is no such task, or the condition does not hold; 'outdated' when the statement must be sent again
 */
export async function updateTask(
  sql: Sql,
  caller: Caller,
  id: string,
  { change, condition, isReplacement = false }: ConditionalChange,
  secrets: StoredSecrets,
  { nextAt, keepsTimes = false, countsAnew = false, calendarUse = noUse(change), seen }: CronChange = {},
): Promise<StoredTask | 'outdated' | undefined> {
  const { scheduled_at, frequency, unit, cron, time_zone, header, target, status, paused_until, ...plain } = change
  const { ends_at, max_runs } = change
  const fields = Object.entries(plain) as [FieldName, unknown][]
  const literal = (present: boolean) => (present ? sql`true` : sql`false`)
  const kind = kindOf(change)
  const slot = { scheduledAt: scheduled_at, nextAt, keepsTimes, countsAnew }
  const { locking, isLocked } = lockingCalendars(sql, caller.serviceId, [calendarUse ?? ''])
  const retainedHeaders = (header?.retained as string[] | undefined) ?? []
  const { versions } = condition
  const stops = status !== undefined && status !== 'active'
  const isNamed = change.key !== undefined || change.labels !== undefined
  const newStatus = sql`
    case
      when scheduled.is_over then 'disabled'
      when scheduled.has_run and scheduled.new_at is null then scheduled.old_status
      else coalesce(${status ?? null}, scheduled.old_status)
    end`
  // A status without a time is a pause without an end, or none.
  const newPauseEnd =
    status === undefined && paused_until === undefined
      ? sql`(scheduled.stored).paused_until`
      : sql`${paused_until ?? null}::timestamptz`
  const newLimit = max_runs === undefined ? sql`max_runs` : sql`${max_runs}::integer`
  const newEnd = ends_at === undefined ? sql`ends_at` : sql`${ends_at}::timestamptz`
  const values: SetColumn[] = [
    ...fields.map(([column]): SetColumn => [column, sql`given.${sql(column)}`]),
    ['status', newStatus],
    ['paused_until', sql`case when ${newStatus} = 'paused' then ${newPauseEnd} end`],
    ...(calendarUse === undefined ? [] : [['calendar_use', storedUse(sql, sql`${calendarUse}::text`)] as const]),
    ...(header === undefined ? [] : headerValues(sql, header, secrets.equal)),
    ...(target === undefined ? [] : urlValues(sql, target, secrets.equal)),
  ]
  const each = (toSql: (value: SetColumn) => Fragment) => (values.length === 0 ? sql`` : values.map(toSql))
  const [row] = await sql<(StoredTask & { is_outdated: boolean })[]>`
    /* duly:update_task */
    with ${locking} given as (
      select ${fields.map(([column, value]) => sql`${columnValue(sql, column, value)} as ${sql(column)}, `).concat(sql`null`)}
    ), locked as (
      select
        task as stored,
        ${isNamed ? sql`not ${seesIdentity(sql)}` : sql`false`} as is_outdated,
        service_id,
        id,
        frequency as old_frequency,
        unit as old_unit,
        cron as old_cron,
        time_zone as old_zone,
        given_at as old_given_at,
        status as old_status,
        ${slotOf(sql, sql`task`)} as old_at,
        ${newEnd} as ends_at,
        ${runsLeft(sql, newLimit, literal(status === 'active' && !isReplacement))} as runs_left,
        (ends_at, max_runs::integer) is distinct from (${newEnd}, ${newLimit}::integer) as ends_otherwise,
        once_running as old_once_running,
        queued_for,
        queued_created_at,
        queued_id,
        ${shownTask(sql, secrets.pattern)} as shown,
        case when ${literal(frequency !== undefined || kind === 'cron')} then ${frequency ?? null}::integer else frequency end as frequency,
        case when ${literal(unit !== undefined || kind === 'cron')} then ${unit ?? null}::text else unit end as unit,
        case when ${literal(cron !== undefined || kind === 'interval')} then ${cron ?? null}::text else cron end as cron,
        case when ${literal(cron !== undefined || kind === 'interval')} then ${time_zone ?? null}::text else time_zone end as time_zone
      from task
      where service_id = ${caller.serviceId}
        and id = ${id}
        and deleted_at is null
        ${isLocked}
        ${condition.key === undefined ? sql`` : sql`and key = ${condition.key}`}
        ${versions === undefined ? sql`` : sql`and version = any(${versions as number[]}::integer[])`}
        ${seesSchedule(sql, seen)}
        ${condition.created_at === undefined ? sql`` : sql`and ${isReadBack(sql, sql`${condition.created_at}::timestamptz`, sql`created_at`)}`}
        ${condition.updated_at === undefined ? sql`` : sql`and ${isReadBack(sql, sql`${condition.updated_at}::timestamptz`, sql`updated_at`)}`}
        ${retainedHeaders.length === 0 ? sql`` : sql`and coalesce(secret_header, '{}') ?& ${retainedHeaders}::text[]`}
        ${target === undefined ? sql`` : urlCondition(sql, target)}
        ${httpsCondition(sql, target?.url, change.tls_profile)}
      for update
    ), target as (
      select *
      from locked
      where not is_outdated
    ), ${newSlot(sql, slot)}, ${cancelQueued(
      sql,
      sql`scheduled`,
      sql`${stops ? `not sent: the task was ${status} before this retry` : 'not sent: the next slot comes before this retry'}`,
      stops
        ? isRepeated(sql)
        : sql`
          scheduled.new_at is distinct from scheduled.old_at
            and scheduled.new_at <= scheduled.queued_for
            and ${isRetry(sql)}`,
    )}, updated as (
      update task
      set frequency = scheduled.frequency,
          unit = scheduled.unit,
          cron = scheduled.cron,
          time_zone = scheduled.time_zone,
          ${rescheduled(sql, slot, change.spread_seconds === undefined ? sql`task.spread_seconds` : sql`given.spread_seconds`)},
          ${each(([column, value]) => sql`${sql(column)} = ${value},`)}
          version = task.version + 1,
          updated_at = now()
      from given
      cross join scheduled
      left join cancelled on cancelled.id = scheduled.queued_id
      where task.service_id = scheduled.service_id
        and task.id = scheduled.id
        -- Compared with the locked row: the one that this statement sees may be older.
        and (
          cancelled.id is not null
          or scheduled.new_at is distinct from scheduled.old_at
          or (scheduled.frequency, scheduled.unit, scheduled.cron, scheduled.time_zone)
            is distinct from (scheduled.old_frequency, scheduled.old_unit, scheduled.old_cron, scheduled.old_zone)
          ${each(([column, value]) => sql`or (scheduled.stored).${sql(column)} is distinct from ${value}`)}
        )
      returning
        ${columns(sql)}, task.version, scheduled.shown as shown_before, ${shownTask(sql, secrets.pattern)} as shown,
        ${newSecrets(sql)} as new_secrets
    ), audited as (
      ${auditing(sql, caller.actor(), updatedEntries(sql, sql`updated`))}
    )
    ${header === undefined ? sql`` : changingUses(sql, id, header)}
    ${change.tls_profile === undefined ? sql`` : changingProfile(sql)}
    ${changeIdentity(sql, caller.serviceId, change)}
    select ${resultColumns(sql)}, version, false as is_outdated
    from updated
    union all
    select ${columns(sql)}, version, is_outdated
    from (select (stored).*, is_outdated from locked) as task
    where not exists (select from updated)`
  if (row === undefined || row.is_outdated) return row && 'outdated'
  const { is_outdated, ...task } = row
  return task
}

/** What an update needs to know of stored secrets. */
export interface StoredSecrets {
  /** Regular expression that matches the names of secret headers in lower case. */
  readonly pattern: string
  readonly equal: EqualSecrets
}

import { auditing, changedFields, shownTask } from '../audit/entry.ts'
import type { Sql } from '../database/sql.ts'
import type { Caller } from '../http/caller.ts'
import { invalid } from '../http/errors.ts'
import { checkUses } from '../named-secrets/check-uses.ts'
import { forgetUses, recordUses } from '../named-secrets/uses.ts'
import { cronNext } from '../schedule/cron-next.ts'
import { kindOf } from '../schedule/kind.ts'
import { sameTimes } from '../schedule/same-times.ts'
import type { SecretNames } from '../secrets/names.ts'
import type { StoredHeader } from '../secrets/secrets.ts'
import type { FieldName } from '../task-fields/fields.ts'
import { cancelQueued, isRepeated, isRetry } from '../transitions/cancel.ts'
import { isReadBack } from '../transitions/read-back.ts'
import { newSlot, rescheduled } from '../transitions/reschedule.ts'
import { columnValue } from './column-types.ts'
import type { TaskUpdate } from './model.ts'
import { columns, findSchedule, type StoredSchedule, type StoredTask, type TaskCondition } from './queries.ts'
import { onlyForCron } from './schedule-input.ts'
import { type UrlChange, urlAssignments, urlCondition } from './url-change.ts'

/** The fields that an update changes. Secret headers and URLs are encrypted. */
export type TaskChange = Omit<
  TaskUpdate,
  'id' | 'service_id' | 'created_at' | 'updated_at' | 'header' | 'url' | 'secret_url'
> & {
  readonly header?: StoredHeader
  readonly target?: UrlChange
}

/** A change that applies only under a condition. */
export interface ConditionalChange {
  readonly change: TaskChange
  readonly condition: TaskCondition
}

/** How often an update is tried if the schedule is changed concurrently each time. */
const maxTries = 100

/**
 * Changes the given fields of a task. A schedule of one kind replaces one of another kind. If the change may need the next time
 * of a cron pattern, it reads the stored schedule first.
 * @returns undefined when there is no such task, the condition does not hold, or a masked header has no stored value
 * @throws ApiError 400 for a `time_zone` of a task without `cron`, and for a reference to a named secret that does not exist
 */
export async function changeTask(
  sql: Sql,
  caller: Caller,
  id: string,
  conditional: ConditionalChange,
  secretNames: SecretNames,
): Promise<StoredTask | undefined> {
  const { change, condition } = conditional
  const errors = change.header ? await checkUses(sql, caller.serviceId, [change.header], () => '') : []
  if (errors.length > 0) throw invalid(errors)
  if (!needsCronTime(change)) return updateTask(sql, caller, id, conditional, secretNames)
  for (let tries = 0; tries < maxTries; tries++) {
    const stored = await findSchedule(sql, caller.serviceId, id)
    if (!stored) return undefined
    const { change: complete, nextAt, keepsTimes } = resolveCron(change, stored)
    const isIndependent = change.cron !== undefined && change.time_zone !== undefined && !keepsTimes
    const cron = { nextAt, keepsTimes, seen: isIndependent ? undefined : stored }
    const row = await updateTask(sql, caller, id, { change: complete, condition }, secretNames, cron)
    // Without another condition, the schedule was changed concurrently or the task was deleted: read it again.
    if (row || isIndependent || hasOtherCondition(conditional)) return row
  }
  return undefined
}

/** Whether an update has conditions besides the schedule that it was computed from. */
function hasOtherCondition({ change: { header, target }, condition }: ConditionalChange): boolean {
  const { versions, created_at, updated_at } = condition
  return (
    (versions ?? created_at ?? updated_at) !== undefined || (header?.retained.length ?? 0) > 0 || target !== undefined
  )
}

/** Whether a change may need the next time of a cron pattern, which SQL cannot compute. */
function needsCronTime(change: TaskChange): boolean {
  const { cron, time_zone, scheduled_at } = change
  if (kindOf(change) === 'interval' || cron === null) return false
  return cron !== undefined || time_zone !== undefined || scheduled_at === null
}

/** What an update of a cron schedule needs besides the change. */
interface CronChange {
  /** The next time of the new pattern, as RFC 3339; undefined when there is none. */
  readonly nextAt?: string | undefined
  /** Whether the new pattern and zone have the same times as the stored ones. */
  readonly keepsTimes?: boolean
  /** The stored pattern and zone that this was computed from. The update applies only if they are unchanged. */
  readonly seen?: Pick<StoredSchedule, 'cron' | 'time_zone'> | undefined
}

/** Completes a change with the stored `cron` or `time_zone`, and computes the next time of the pattern. */
function resolveCron(change: TaskChange, stored: StoredSchedule): { change: TaskChange } & CronChange {
  const { cron = stored.cron, time_zone = stored.time_zone, ...rest } = change
  if (cron === null) {
    if (change.time_zone) throw invalid([onlyForCron])
    return { change: rest }
  }
  const schedule = { cron, time_zone: time_zone ?? 'UTC' }
  const now = Date.parse(stored.now)
  const next = cronNext(cron, schedule.time_zone, now)
  const before = stored.cron !== null && stored.time_zone !== null && { cron: stored.cron, time_zone: stored.time_zone }
  return {
    change: { ...change, ...schedule },
    keepsTimes: before !== false && sameTimes(before, schedule, now),
    ...(next === undefined ? {} : { nextAt: new Date(next).toISOString() }),
  }
}

/**
 * Changes the given fields of a task. `newSlot` computes its next run. A run-once task that has run stays disabled if it is sent
 * back as it was before its run.
 *
 * Pausing or disabling cancels a queued retry or redelivery; a queued "run now" stays queued. A queued retry is also cancelled if
 * the next slot now comes before it.
 * @param change has both `cron` and `time_zone`, or neither
 * @returns undefined when there is no such task, or the condition does not hold
 */
async function updateTask(
  sql: Sql,
  caller: Caller,
  id: string,
  { change, condition }: ConditionalChange,
  secretNames: SecretNames,
  { nextAt, keepsTimes = false, seen }: CronChange = {},
): Promise<StoredTask | undefined> {
  const { scheduled_at, frequency, unit, cron, time_zone, header, target, status, ...plain } = change
  const assignments = Object.entries(plain).map(
    ([column, value]) => sql`${sql(column)} = ${columnValue(sql, column as FieldName, value)},`,
  )
  const literal = (present: boolean) => (present ? sql`true` : sql`false`)
  const kind = kindOf(change)
  const slot = { scheduledAt: scheduled_at, nextAt, keepsTimes }
  const retainedHeaders = (header?.retained as string[] | undefined) ?? []
  const { versions } = condition
  const stops = status !== undefined && status !== 'active'
  const [row] = await sql<StoredTask[]>`
    /* duly:update_task */
    with target as (
      select
        service_id,
        id,
        frequency as old_frequency,
        unit as old_unit,
        cron as old_cron,
        time_zone as old_zone,
        given_at as old_given_at,
        status as old_status,
        scheduled_at as old_at,
        once_running as old_once_running,
        queued_for,
        queued_created_at,
        queued_id,
        sealed_url as old_sealed_url,
        ${shownTask(sql, secretNames.pattern)} as shown,
        case when ${literal(frequency !== undefined || kind === 'cron')} then ${frequency ?? null}::integer else frequency end as frequency,
        case when ${literal(unit !== undefined || kind === 'cron')} then ${unit ?? null}::text else unit end as unit,
        case when ${literal(cron !== undefined || kind === 'interval')} then ${cron ?? null}::text else cron end as cron,
        case when ${literal(cron !== undefined || kind === 'interval')} then ${time_zone ?? null}::text else time_zone end as time_zone
      from task
      where service_id = ${caller.serviceId}
        and id = ${id}
        and deleted_at is null
        ${versions === undefined ? sql`` : sql`and version = any(${versions as number[]}::integer[])`}
        ${seen === undefined ? sql`` : sql`and (cron, time_zone) is not distinct from (${seen.cron}::text, ${seen.time_zone}::text)`}
        ${condition.created_at === undefined ? sql`` : sql`and ${isReadBack(sql, sql`${condition.created_at}::timestamptz`, sql`created_at`)}`}
        ${condition.updated_at === undefined ? sql`` : sql`and ${isReadBack(sql, sql`${condition.updated_at}::timestamptz`, sql`updated_at`)}`}
        ${retainedHeaders.length === 0 ? sql`` : sql`and coalesce(secret_header, '{}') ?& ${retainedHeaders}::text[]`}
        ${target === undefined ? sql`` : urlCondition(sql, target)}
      for update
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
          ${rescheduled(sql, slot)},
          ${
            status === undefined
              ? sql``
              : sql`status = case when scheduled.has_run and scheduled.new_at is null then scheduled.old_status else ${status} end,`
          }
          ${header === undefined ? sql`` : headerChange(sql, header)}
          ${target === undefined ? sql`` : urlAssignments(sql, target)}
          ${assignments.length === 0 ? sql`` : assignments}
          version = task.version + 1,
          updated_at = now()
      from scheduled
      left join cancelled on cancelled.id = scheduled.queued_id
      where task.service_id = scheduled.service_id
        and task.id = scheduled.id
      returning ${columns(sql)}, task.version, scheduled.shown as shown_before, ${shownTask(sql, secretNames.pattern)} as shown,
        task.sealed_url is not null and task.sealed_url is distinct from scheduled.old_sealed_url as has_new_url
    ), audited as (
      ${auditing(
        sql,
        caller.actor(),
        sql`
          select
            service_id, id, name, 'task_updated', before, after,
            ${Object.keys(header?.sealed ?? {})}::text[] || case when has_new_url then array['/url'] else '{}'::text[] end
          from (
            select
              service_id, id, name, has_new_url,
              ${changedFields(sql, sql`shown_before`, sql`shown`)} as before,
              ${changedFields(sql, sql`shown`, sql`shown_before`)} as after
            from updated
          ) compared
          where after is not null or has_new_url or ${literal(header !== undefined && Object.keys(header.sealed).length > 0)}`,
      )}
    )${header === undefined ? sql`` : changingUses(sql, id, header)}
    select ${columns(sql)}, version
    from updated as task`
  return row
}

/** SQL for CTEs that record which named secrets the new headers of a task refer to, for the task in the CTE `updated`. */
const changingUses = (sql: Sql, id: string, { uses, retained }: StoredHeader) => sql`
  , forgotten as (
    ${forgetUses(sql, uses, retained, sql`updated`)}
  ), used as (
    ${recordUses(
      sql,
      uses.map((use) => ({ ...use, task_id: id })),
      sql`updated`,
    )}
  )`

/** SQL that sets `header`, and `secret_header` to the retained stored values and the new ones. */
const headerChange = (sql: Sql, { header, sealed, retained }: StoredHeader) => sql`
  header = ${sql.json(header)},
  secret_header = nullif(
    (
      select coalesce(jsonb_object_agg(key, value), '{}')
      from jsonb_each(task.secret_header)
      where key = any(${retained as string[]}::text[])
    ) || ${sql.json(sealed)}::jsonb,
    '{}'
  ),`

import { auditing, changedFields, shownTask } from '../audit/entry.ts'
import type { Sql } from '../database/sql.ts'
import type { Caller } from '../http/caller.ts'
import { invalid } from '../http/errors.ts'
import { cronNext } from '../schedule/cron-next.ts'
import { sameTimes } from '../schedule/same-times.ts'
import type { SecretNames } from '../secrets/names.ts'
import type { StoredHeader } from '../secrets/secrets.ts'
import { cancelQueued, isRepeated, isRetry } from '../transitions/cancel.ts'
import { isReadBack } from '../transitions/read-back.ts'
import { newSlot, rescheduled } from '../transitions/reschedule.ts'
import type { TaskUpdate } from './model.ts'
import { columns, findSchedule, type StoredSchedule, type StoredTask, type TaskCondition } from './queries.ts'
import { onlyForCron } from './schedule-input.ts'

/** What an update changes; of headers that are given, the secret values are sealed. */
export type TaskChange = Omit<TaskUpdate, 'id' | 'service_id' | 'created_at' | 'updated_at' | 'header'> & {
  readonly header?: StoredHeader
}

/** Other changes of the same task that may come in between before this one is given up. */
const triesAtMost = 100

/**
 * Changes the fields that are given. Naming one kind of schedule drops the others; for a cron schedule that takes a look at
 * what is stored first.
 * @returns undefined when there is no such task, the condition does not hold, or a header is kept that is not stored
 * @throws ApiError 400 for a `time_zone` of a task without `cron`
 */
export async function changeTask(
  sql: Sql,
  caller: Caller,
  id: string,
  change: TaskChange,
  condition: TaskCondition,
  secretNames: SecretNames,
): Promise<StoredTask | undefined> {
  if (!countsByCron(change)) return updateTask(sql, caller, id, change, condition, secretNames)
  for (let tries = 0; tries < triesAtMost; tries++) {
    const stored = await findSchedule(sql, caller.serviceId, id)
    if (!stored) return undefined
    const { change: whole, nextAt, keepsTimes } = resolveCron(change, stored)
    const isWhole = change.cron !== undefined && change.time_zone !== undefined && !keepsTimes
    const cron = { nextAt, keepsTimes, seen: isWhole ? undefined : stored }
    const row = await updateTask(sql, caller, id, whole, condition, secretNames, cron)
    // Whoever asked for nothing else of the task does not mind that somebody was first, with another pattern or zone.
    if (row || isWhole || asksForMore(change, condition)) return row
  }
  return undefined
}

/** Whether it may be for another reason that nothing was changed. */
function asksForMore({ header }: TaskChange, { versions, created_at, updated_at }: TaskCondition): boolean {
  return (versions ?? created_at ?? updated_at) !== undefined || (header?.retained.length ?? 0) > 0
}

/** Whether the change may need the next time of a pattern. */
function countsByCron({ frequency, unit, cron, time_zone, scheduled_at }: TaskChange): boolean {
  if ((frequency ?? unit ?? null) !== null || cron === null) return false
  return cron !== undefined || time_zone !== undefined || scheduled_at === null
}

/** What an update needs to know of a cron schedule. */
interface CronChange {
  /** The next time of the pattern that the task has then. */
  readonly nextAt?: string | undefined
  /** Whether the pattern and zone are the stored ones, spelled otherwise. */
  readonly keepsTimes?: boolean
  /** The pattern and zone by which this was worked out, which must stand still. */
  readonly seen?: Pick<StoredSchedule, 'cron' | 'time_zone'> | undefined
}

/** The change with the whole of its cron schedule, and the time that counts as anew. */
function resolveCron(change: TaskChange, stored: StoredSchedule): { change: TaskChange } & CronChange {
  const { cron = stored.cron, time_zone = stored.time_zone, ...rest } = change
  if (cron === null) {
    if (change.time_zone) throw invalid([onlyForCron])
    return { change: rest }
  }
  const whole = { cron, time_zone: time_zone ?? 'UTC' }
  const now = Date.parse(stored.now)
  const next = cronNext(cron, whole.time_zone, now)
  const before = stored.cron !== null && stored.time_zone !== null && { cron: stored.cron, time_zone: stored.time_zone }
  return {
    change: { ...change, ...whole },
    keepsTimes: before !== false && sameTimes(before, whole, now),
    ...(next === undefined ? {} : { nextAt: new Date(next).toISOString() }),
  }
}

/**
 * Changes the fields that are given; `newSlot` says when the task runs next. One that has run once and is sent back as it was
 * before stays disabled.
 *
 * Pausing or disabling cancels what waits because of a slot, a retry or a redelivery; a run now that waits still comes. A
 * slot that now comes before a retry cancels it.
 * @param change with `cron` and `time_zone` both or neither
 * @returns undefined when there is no such task or the condition does not hold
 */
async function updateTask(
  sql: Sql,
  caller: Caller,
  id: string,
  change: TaskChange,
  condition: TaskCondition,
  secretNames: SecretNames,
  { nextAt, keepsTimes = false, seen }: CronChange = {},
): Promise<StoredTask | undefined> {
  const { scheduled_at, frequency, unit, cron, time_zone, header, status, ...plain } = change
  const assignments = Object.entries(plain).map(([column, value]) => sql`${sql(column)} = ${value},`)
  const assign = (present: boolean) => (present ? sql`true` : sql`false`)
  const isEvery = (frequency ?? unit ?? null) !== null
  const isCron = (cron ?? null) !== null
  const slot = { scheduledAt: scheduled_at, nextAt, keepsTimes }
  const keptHeaders = (header?.retained as string[] | undefined) ?? []
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
        ${shownTask(sql, secretNames.pattern)} as shown,
        case when ${assign(frequency !== undefined || isCron)} then ${frequency ?? null}::integer else frequency end as frequency,
        case when ${assign(unit !== undefined || isCron)} then ${unit ?? null}::text else unit end as unit,
        case when ${assign(cron !== undefined || isEvery)} then ${cron ?? null}::text else cron end as cron,
        case when ${assign(cron !== undefined || isEvery)} then ${time_zone ?? null}::text else time_zone end as time_zone
      from task
      where service_id = ${caller.serviceId}
        and id = ${id}
        and deleted_at is null
        ${versions === undefined ? sql`` : sql`and version = any(${versions as number[]}::integer[])`}
        ${seen === undefined ? sql`` : sql`and (cron, time_zone) is not distinct from (${seen.cron}::text, ${seen.time_zone}::text)`}
        ${condition.created_at === undefined ? sql`` : sql`and ${isReadBack(sql, sql`${condition.created_at}::timestamptz`, sql`created_at`)}`}
        ${condition.updated_at === undefined ? sql`` : sql`and ${isReadBack(sql, sql`${condition.updated_at}::timestamptz`, sql`updated_at`)}`}
        ${keptHeaders.length === 0 ? sql`` : sql`and coalesce(secret_header, '{}') ?& ${keptHeaders}::text[]`}
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
          ${assignments.length === 0 ? sql`` : assignments}
          version = task.version + 1,
          updated_at = now()
      from scheduled
      left join cancelled on cancelled.id = scheduled.queued_id
      where task.service_id = scheduled.service_id
        and task.id = scheduled.id
      returning ${columns(sql)}, task.version, scheduled.shown as shown_before, ${shownTask(sql, secretNames.pattern)} as shown
    ), audited as (
      ${auditing(
        sql,
        caller.actor(),
        sql`
          select service_id, id, name, 'task_updated', before, after, ${Object.keys(header?.sealed ?? {})}::text[]
          from (
            select
              service_id, id, name,
              ${changedFields(sql, sql`shown_before`, sql`shown`)} as before,
              ${changedFields(sql, sql`shown`, sql`shown_before`)} as after
            from updated
          ) compared
          where after is not null or ${assign(header !== undefined && Object.keys(header.sealed).length > 0)}`,
      )}
    )
    select ${columns(sql)}, version
    from updated as task`
  return row
}

/** The headers as they are shown, and of the sealed values those that are new and those that stay. */
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

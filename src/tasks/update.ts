import { auditing, changedFields, shownTask } from '../audit/entry.ts'
import type { Sql } from '../database/connect.ts'
import { invalid } from '../errors.ts'
import { shards, tallyUnsent } from '../overview/tally.ts'
import { nextTime } from '../schedule/next-time.ts'
import type { SecretNames } from '../secrets/names.ts'
import type { KeptHeader } from '../secrets/secrets.ts'
import type { Caller } from '../services/caller.ts'
import type { TaskUpdate } from './model.ts'
import { columns, findSchedule, type StoredSchedule, type StoredTask, type TaskCondition } from './queries.ts'
import { onlyForCron } from './schedule-input.ts'

/** What an update changes; of headers that are given, the secret values are sealed. */
export type TaskChange = Omit<TaskUpdate, 'id' | 'service_id' | 'created_at' | 'updated_at' | 'header'> & {
  readonly header?: KeptHeader
}

/** Other changes of the same task that may come in between before this one is given up. */
const triesAtMost = 100

/**
 * Changes the fields that are given. Naming one kind of schedule drops the others and counts anew, and so does another
 * pattern or zone; for a cron schedule that takes a look at what is stored first.
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
    const { change: whole, nextAt } = resolveCron(change, stored)
    const isWhole = change.cron !== undefined && change.time_zone !== undefined
    const row = await updateTask(sql, caller, id, whole, condition, secretNames, nextAt, isWhole ? undefined : stored)
    // Whoever asked for nothing else of the task does not mind that somebody was first, with another pattern or zone.
    if (row || isWhole || asksForMore(change, condition)) return row
  }
  return undefined
}

/** Whether it may be for another reason that nothing was changed. */
function asksForMore({ header }: TaskChange, { versions, created_at, updated_at }: TaskCondition): boolean {
  return (versions ?? created_at ?? updated_at) !== undefined || (header?.kept.length ?? 0) > 0
}

/** Whether the change may need the next time of a pattern. */
function countsByCron({ frequency, unit, cron, time_zone, scheduled_at }: TaskChange): boolean {
  if ((frequency ?? unit ?? null) !== null || cron === null) return false
  return cron !== undefined || time_zone !== undefined || scheduled_at === null
}

/** The change with the whole of its cron schedule, and the time that counts as anew. */
function resolveCron(change: TaskChange, stored: StoredSchedule): { change: TaskChange; nextAt?: string } {
  const { cron = stored.cron, time_zone = stored.time_zone, ...rest } = change
  if (cron === null) {
    if (change.time_zone) throw invalid([onlyForCron])
    return { change: rest }
  }
  const zone = time_zone ?? 'UTC'
  const next = nextTime(cron, zone, Date.parse(stored.now))
  return {
    change: { ...change, cron, time_zone: zone },
    ...(next === undefined ? {} : { nextAt: new Date(next).toISOString() }),
  }
}

/**
 * Changes the fields that are given. `scheduled_at: null`, and a task that gets another kind of schedule or another
 * pattern, count anew from now; a `scheduled_at` equal to the stored one leaves the slot as it is, unless it was another
 * pattern's. Pausing or disabling cancels what waits because of a slot, a retry or a redelivery; a run now that waits
 * still comes. A slot that now comes before a retry cancels it.
 * @param change with `cron` and `time_zone` both or neither
 * @param nextAt the next time of the pattern that the task has then
 * @param seen the pattern and zone that nextAt was worked out from, which must stand still
 * @returns undefined when there is no such task or the condition does not hold
 */
async function updateTask(
  sql: Sql,
  caller: Caller,
  id: string,
  change: TaskChange,
  condition: TaskCondition,
  secretNames: SecretNames,
  nextAt: string | null = null,
  seen?: Pick<StoredSchedule, 'cron' | 'time_zone'>,
): Promise<StoredTask | undefined> {
  const { scheduled_at, frequency, unit, cron, time_zone, header, ...plain } = change
  const assignments = Object.entries(plain).map(([column, value]) => sql`${sql(column)} = ${value},`)
  const assign = (present: boolean) => (present ? sql`true` : sql`false`)
  const isEvery = (frequency ?? unit ?? null) !== null
  const isCron = (cron ?? null) !== null
  const anew = sql`case when cron is null then now() + frequency * ('1 ' || unit)::interval else ${nextAt}::timestamptz end`
  const keptHeaders = (header?.kept as string[] | undefined) ?? []
  const { versions } = condition
  const stops = plain.status !== undefined && plain.status !== 'active'
  const [row] = await sql<StoredTask[]>`
    with target as (
      select
        service_id,
        id,
        frequency as old_frequency,
        cron as old_cron,
        time_zone as old_zone,
        scheduled_at as old_at,
        slot_taken as old_taken,
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
        and created_at = coalesce(${condition.created_at ?? null}::timestamptz, created_at)
        and updated_at = coalesce(${condition.updated_at ?? null}::timestamptz, updated_at)
        ${keptHeaders.length === 0 ? sql`` : sql`and coalesce(secret_header, '{}') ?& ${keptHeaders}::text[]`}
      for update
    ), compared as (
      select *,
        cron is not null and (cron, time_zone) is distinct from (old_cron, old_zone) as is_other_cron,
        case when ${scheduled_at ?? null}::timestamptz is distinct from old_at then ${scheduled_at ?? null}::timestamptz end as other_at
      from target
    ), scheduled as (
      select *,
        case
          when other_at is not null then other_at
          -- The slot of one that ran once is taken: now that it runs again and again, its next one is another.
          when ${assign(scheduled_at === null)} or is_other_cron or (old_taken and (frequency is not null or cron is not null))
            then ${anew}
          when old_frequency is null and frequency is not null and ${assign(scheduled_at === undefined)} then ${anew}
          else old_at
        end as new_at
      from compared
    ), cancelled as (
      update execution
      set status = 'failed',
          error = ${stops ? `not sent: the task was ${plain.status} before this retry` : 'not sent: the next slot comes before this retry'}
      from scheduled
      where execution.service_id = scheduled.service_id
        and execution.task_id = scheduled.id
        and execution.created_at = scheduled.queued_created_at
        and execution.id = scheduled.queued_id
        and execution.status = 'queued'
        and case
          when ${assign(stops)} then execution.attempt > 1 or execution.redelivery > 0
          else scheduled.new_at is distinct from scheduled.old_at
            and scheduled.new_at <= scheduled.queued_for
            and execution.attempt > 1
            and execution.redelivery = 0
        end
      returning execution.service_id, execution.id
    ), tallied as (
      ${tallyUnsent(sql, shards.api, 'failed', sql`select service_id, 1 as count from cancelled`)}
    ), updated as (
      update task
      set frequency = scheduled.frequency,
          unit = scheduled.unit,
          cron = scheduled.cron,
          time_zone = scheduled.time_zone,
          scheduled_at = scheduled.new_at,
          slot_taken = task.slot_taken
            and scheduled.frequency is null
            and scheduled.cron is null
            and scheduled.new_at is not distinct from scheduled.old_at
            and cancelled.id is null,
          queued_for = case when cancelled.id is null then task.queued_for end,
          queued_created_at = case when cancelled.id is null then task.queued_created_at end,
          queued_id = case when cancelled.id is null then task.queued_id end,
          anchor_day = case
            when scheduled.unit is distinct from 'month' then null
            when scheduled.new_at is distinct from scheduled.old_at or task.anchor_day is null then extract(day from scheduled.new_at)
            else task.anchor_day
          end,
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
const headerChange = (sql: Sql, { header, sealed, kept }: KeptHeader) => sql`
  header = ${sql.json(header)},
  secret_header = nullif(
    (
      select coalesce(jsonb_object_agg(key, value), '{}')
      from jsonb_each(task.secret_header)
      where key = any(${kept as string[]}::text[])
    ) || ${sql.json(sealed)}::jsonb,
    '{}'
  ),`

import type { Fragment, Sql } from '../database/connect.ts'
import type { Task, TaskUpdate } from './model.ts'

/** The columns a task is answered with, in the order they are shown. */
export const columns = (sql: Sql) => sql`
  task.id, task.service_id, task.name, task.url, task.method, task.header, task.payload, task.status, task.scheduled_at,
  task.frequency, task.unit, task.timeout_seconds, task.retries, task.created_at, task.updated_at`

/** A task and its version, which is sent as ETag. */
export type StoredTask = Task & { version: number }

export type NewTask = Pick<
  Task,
  | 'id'
  | 'name'
  | 'url'
  | 'method'
  | 'header'
  | 'payload'
  | 'status'
  | 'scheduled_at'
  | 'frequency'
  | 'unit'
  | 'timeout_seconds'
  | 'retries'
>

/** The insert of new tasks, given as one JSON value; `condition` may hold it back. */
const inserting = (sql: Sql, serviceId: string, tasks: readonly NewTask[], condition: Fragment) => sql`
  insert into task (
    service_id, id, name, url, method, header, payload, status, frequency, unit, timeout_seconds, retries,
    scheduled_at, anchor_day
  )
  select
    ${serviceId}, new.id, new.name, new.url, new.method, new.header, new.payload, new.status, new.frequency, new.unit,
    new.timeout_seconds, new.retries, first.at, case when new.unit = 'month' then extract(day from first.at) end
  from jsonb_to_recordset(${sql.json(tasks as never)}) as new (
    id uuid, name text, url text, method text, header jsonb, payload text, status text, frequency integer, unit text,
    timeout_seconds integer, retries smallint, scheduled_at timestamptz
  )
  cross join lateral (
    select coalesce(new.scheduled_at, now() + new.frequency * ('1 ' || new.unit)::interval) as at
  ) first
  ${condition}
  returning ${columns(sql)}, version`

/** Creates tasks, all or none, in the order given. Without `scheduled_at` a first run is one interval from now. */
export async function insertTasks(sql: Sql, serviceId: string, tasks: readonly NewTask[]): Promise<StoredTask[]> {
  return sql<StoredTask[]>`${inserting(sql, serviceId, tasks, sql``)}`
}

/** Creates one task. */
export async function insertTask(sql: Sql, serviceId: string, task: NewTask): Promise<StoredTask> {
  const [row] = await insertTasks(sql, serviceId, [task])
  return row as StoredTask
}

/**
 * Creates a task under a key. While another request with the key is under way this one waits for it.
 * @returns undefined when the key was used within 24 hours: the task of that time stands
 */
export async function insertTaskOnce(
  sql: Sql,
  serviceId: string,
  task: NewTask,
  once: { key: string; bodyHash: Buffer },
): Promise<StoredTask | undefined> {
  const [row] = await sql<StoredTask[]>`
    with taken as (
      insert into idempotency_key (service_id, key, body_hash, task_id)
      values (${serviceId}, ${once.key}, ${once.bodyHash}, ${task.id})
      on conflict (service_id, key) do update
      set body_hash = excluded.body_hash,
          task_id = excluded.task_id,
          created_at = now()
      where idempotency_key.created_at <= now() - interval '24 hours'
      returning task_id
    ), created as (
      ${inserting(sql, serviceId, [task], sql`where exists (select from taken)`)}
    )
    select *
    from created`
  return row
}

/** The task that a key created, whether its body was the same, or undefined when the task was deleted since. */
export async function findTaskByKey(
  sql: Sql,
  serviceId: string,
  once: { key: string; bodyHash: Buffer },
): Promise<{ same: boolean; task: StoredTask | undefined } | undefined> {
  const [row] = await sql<{ same: boolean; task_id: string }[]>`
    select body_hash = ${once.bodyHash} as same, task_id
    from idempotency_key
    where service_id = ${serviceId}
      and key = ${once.key}`
  return row && { same: row.same, task: await findTask(sql, serviceId, row.task_id) }
}

/** One task of this service, or undefined: when it is another's as well. */
export async function findTask(sql: Sql, serviceId: string, id: string): Promise<StoredTask | undefined> {
  const [row] = await sql<StoredTask[]>`
    select ${columns(sql)}, version
    from task
    where service_id = ${serviceId}
      and id = ${id}
      and deleted_at is null`
  return row
}

export interface TaskCondition {
  /** The version the caller saw, from If-Match. */
  readonly version?: number
  readonly created_at?: string
  readonly updated_at?: string
}

/**
 * Changes the fields that are given. `scheduled_at: null`, and a task that gets a frequency and had none, count anew from
 * now; a `scheduled_at` equal to the stored one leaves the slot as it is. Pausing or disabling cancels what waits because
 * of a slot, a retry or a redelivery; a run now that waits still comes. A slot that now comes before a retry cancels it.
 * @returns undefined when there is no such task or the condition does not hold
 */
export async function updateTask(
  sql: Sql,
  serviceId: string,
  id: string,
  change: Omit<TaskUpdate, 'id' | 'service_id' | 'created_at' | 'updated_at'>,
  condition: TaskCondition,
): Promise<StoredTask | undefined> {
  const { scheduled_at, frequency, unit, header, ...plain } = change
  const assignments = Object.entries(plain).map(([column, value]) => sql`${sql(column)} = ${value},`)
  const assign = (present: boolean) => (present ? sql`true` : sql`false`)
  const stops = plain.status !== undefined && plain.status !== 'active'
  const [row] = await sql<StoredTask[]>`
    with target as (
      select
        service_id,
        id,
        frequency as old_frequency,
        scheduled_at as old_at,
        slot_taken as old_taken,
        queued_for,
        queued_created_at,
        queued_id,
        case when ${assign(frequency !== undefined)} then ${frequency ?? null}::integer else frequency end as frequency,
        case when ${assign(unit !== undefined)} then ${unit ?? null}::text else unit end as unit
      from task
      where service_id = ${serviceId}
        and id = ${id}
        and deleted_at is null
        and version = coalesce(${condition.version ?? null}::integer, version)
        and created_at = coalesce(${condition.created_at ?? null}::timestamptz, created_at)
        and updated_at = coalesce(${condition.updated_at ?? null}::timestamptz, updated_at)
      for update
    ), scheduled as (
      select *,
        case
          -- The slot of one that ran once is taken: now that it runs again and again, its next one is another.
          when old_taken and frequency is not null and ${scheduled_at ?? null}::timestamptz = old_at
            then now() + frequency * ('1 ' || unit)::interval
          when ${scheduled_at ?? null}::timestamptz is not null then ${scheduled_at ?? null}::timestamptz
          when ${assign(scheduled_at === null)} or (old_frequency is null and frequency is not null)
            then now() + frequency * ('1 ' || unit)::interval
          else old_at
        end as new_at
      from target
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
      returning execution.id
    )
    update task
    set frequency = scheduled.frequency,
        unit = scheduled.unit,
        scheduled_at = scheduled.new_at,
        slot_taken = task.slot_taken
          and scheduled.frequency is null
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
        ${header === undefined ? sql`` : sql`header = ${sql.json(header)},`}
        ${assignments.length === 0 ? sql`` : assignments}
        version = task.version + 1,
        updated_at = now()
    from scheduled
    left join cancelled on cancelled.id = scheduled.queued_id
    where task.service_id = scheduled.service_id
      and task.id = scheduled.id
    returning ${columns(sql)}, task.version`
  return row
}

/** Hides a task from every reader and stops it; its rows are deleted behind it. Returns false when there is none. */
export async function retireTask(sql: Sql, serviceId: string, id: string): Promise<boolean> {
  const rows = await sql`
    update task
    set status = 'disabled', queued_for = null, queued_created_at = null, queued_id = null, deleted_at = now()
    where service_id = ${serviceId}
      and id = ${id}
      and deleted_at is null
    returning id`
  return rows.length === 1
}

export type StoredSchedule = Pick<Task, 'status' | 'scheduled_at' | 'frequency' | 'unit'> & {
  anchor_day: number | null
  /** The database's clock. */
  now: string
}

/** What decides when a task runs, or undefined when the service has no such task. */
export async function findSchedule(sql: Sql, serviceId: string, id: string): Promise<StoredSchedule | undefined> {
  const [row] = await sql<StoredSchedule[]>`
    select status, scheduled_at, frequency, unit, anchor_day, now() as now
    from task
    where service_id = ${serviceId}
      and id = ${id}
      and deleted_at is null`
  return row
}

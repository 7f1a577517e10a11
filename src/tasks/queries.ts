import { auditing, shownTask } from '../audit/entry.ts'
import { columnsOf } from '../database/rows.ts'
import type { Fragment, Sql } from '../database/sql.ts'
import type { Caller } from '../http/caller.ts'
import type { Once } from '../idempotency/key.ts'
import type { SealedHeader } from '../secrets/secrets.ts'
import { type FieldValues, fieldEntries, fieldNames, type TaskField } from '../task-fields/fields.ts'
import { anchorDay, firstSlot } from '../transitions/first-slot.ts'
import { isRunning } from '../transitions/predicates.ts'
import { retired } from '../transitions/retire.ts'
import type { Task } from './model.ts'

/** The columns of a task in an answer, in the order in which they are shown. */
export const answeredColumns = ['id', 'service_id', ...fieldNames, 'created_at', 'updated_at'] as const

/** Those columns of a row named `task`, as a list. */
export const columns = (sql: Sql) => sql`${columnsOf(sql, sql`task`, answeredColumns)}`

/** A task and its version, which is sent as ETag. */
export type StoredTask = Task & { version: number }

/** A new task: its fields as they are stored, and its id. */
export type NewTask = FieldValues & Pick<Task, 'id'>

/** A new task whose secret headers are masked, and their values sealed. */
export type SealedTask = NewTask & {
  readonly secret_header: SealedHeader | null
  /** The first run as the caller gave it; null when it was counted from now. */
  readonly given_at: string | null
}

/** The fields that are stored as they are given; the next slot is counted where none is given. */
const plainNames = fieldNames.filter((name) => name !== 'scheduled_at')

const nameList = (sql: Sql, names: readonly string[]) =>
  names.map((name, index) => (index === 0 ? sql`${sql(name)}` : sql`, ${sql(name)}`))

/** The names of column types. */
const types: Readonly<Record<TaskField['column'], (sql: Sql) => Fragment>> = {
  text: (sql) => sql`text`,
  jsonb: (sql) => sql`jsonb`,
  timestamptz: (sql) => sql`timestamptz`,
  integer: (sql) => sql`integer`,
  smallint: (sql) => sql`smallint`,
}

/** The insert of new tasks, given as one JSON value; `condition` may hold it back, `pattern` is of the names of secret headers. */
const inserting = (
  sql: Sql,
  serviceId: string,
  tasks: readonly SealedTask[],
  pattern: string,
  condition: Fragment,
) => sql`
  insert into task (service_id, id, ${nameList(sql, plainNames)}, scheduled_at, secret_header, given_at, anchor_day)
  select
    ${serviceId}, new.id, ${columnsOf(sql, sql`new`, plainNames)}, first.at, new.secret_header, new.given_at,
    ${anchorDay(sql)}
  from jsonb_to_recordset(${sql.json(tasks as never)}) as new (
    id uuid, ${fieldEntries.map(([name, { column }]) => sql`${sql(name)} ${types[column](sql)}, `)}
    secret_header jsonb, given_at timestamptz
  )
  cross join ${firstSlot(sql)}
  ${condition}
  returning ${columns(sql)}, version, secret_header, ${shownTask(sql, pattern)} as shown`

/** The audit of tasks that a part of the statement, `created`, inserted. */
const auditingCreated = (sql: Sql, caller: Caller) =>
  auditing(
    sql,
    caller.actor(),
    sql`
      select
        service_id, id, name, 'task_created', null::jsonb, shown,
        array(select name from jsonb_object_keys(coalesce(secret_header, '{}')) as name)
      from created`,
  )

/** Creates tasks, all or none, in the order given. Without `scheduled_at` a first run is one interval from now. */
export async function insertTasks(
  sql: Sql,
  caller: Caller,
  tasks: readonly SealedTask[],
  pattern: string,
): Promise<StoredTask[]> {
  return sql<StoredTask[]>`
    /* duly:insert_tasks */
    with created as (
      ${inserting(sql, caller.serviceId, tasks, pattern, sql``)}
    ), audited as (
      ${auditingCreated(sql, caller)}
    )
    select ${columns(sql)}, version
    from created as task`
}

/**
 * Creates tasks under a key, all or none. While another request with the key is under way this one waits for it.
 * @param isBulk whether the key stands for a list of tasks rather than for one
 * @returns undefined when the key was used within 24 hours: what it created then stands
 */
export async function insertTasksOnce(
  sql: Sql,
  caller: Caller,
  tasks: readonly SealedTask[],
  { key, bodyHashes, isBulk }: Once & { readonly isBulk: boolean },
  pattern: string,
): Promise<StoredTask[] | undefined> {
  const ids = tasks.map(({ id }) => id)
  const rows = await sql<StoredTask[]>`
    /* duly:insert_tasks_once */
    with taken as (
      insert into idempotency_key (service_id, key, body_hash, task_id, task_ids)
      values (
        ${caller.serviceId}, ${key}, ${bodyHashes[0] as Buffer}, ${isBulk ? null : (ids[0] as string)},
        ${isBulk ? ids : null}::uuid[]
      )
      on conflict (service_id, key) do update
      set body_hash = excluded.body_hash,
          task_id = excluded.task_id,
          task_ids = excluded.task_ids,
          execution_created_at = null,
          execution_id = null,
          created_at = now()
      where idempotency_key.created_at <= now() - interval '24 hours'
      returning key
    ), created as (
      ${inserting(sql, caller.serviceId, tasks, pattern, sql`where exists (select from taken)`)}
    ), audited as (
      ${auditingCreated(sql, caller)}
    )
    select ${columns(sql)}, version
    from created as task`
  return rows.length === 0 ? undefined : rows
}

/** Tasks of this service in the order of their ids here; those that are gone are left out. */
export async function findTasks(sql: Sql, serviceId: string, ids: readonly string[]): Promise<StoredTask[]> {
  return sql<StoredTask[]>`
    /* duly:find_tasks */
    select ${columns(sql)}, version
    from unnest(${ids as string[]}::uuid[]) with ordinality as wanted (id, place)
    join task on task.service_id = ${serviceId} and task.id = wanted.id
    where task.deleted_at is null
    order by wanted.place`
}

/** Names in lower case of the headers of a task whose values are sealed. */
export async function findSecretNames(sql: Sql, serviceId: string, id: string): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    /* duly:find_secret_names */
    select jsonb_object_keys(secret_header) as name
    from task
    where service_id = ${serviceId}
      and id = ${id}
      and deleted_at is null`
  return rows.map(({ name }) => name)
}

/** One task of this service, or undefined: when it is another's as well. */
export async function findTask(sql: Sql, serviceId: string, id: string): Promise<StoredTask | undefined> {
  const [row] = await sql<StoredTask[]>`
    /* duly:find_task */
    select ${columns(sql)}, version
    from task
    where service_id = ${serviceId}
      and id = ${id}
      and deleted_at is null`
  return row
}

export interface TaskCondition {
  /** The versions one of which the task must have, from If-Match. */
  readonly versions?: readonly number[]
  readonly created_at?: string
  readonly updated_at?: string
}

/** Hides a task from every reader and stops it; its rows are deleted behind it. Returns false when there is none, or none of these versions. */
export async function retireTask(
  sql: Sql,
  caller: Caller,
  id: string,
  pattern: string,
  { versions }: TaskCondition = {},
): Promise<boolean> {
  const rows = await sql`
    /* duly:retire_task */
    with target as (
      select service_id, id, name, ${shownTask(sql, pattern)} as shown
      from task
      where service_id = ${caller.serviceId}
        and id = ${id}
        and deleted_at is null
        ${versions === undefined ? sql`` : sql`and version = any(${versions as number[]}::integer[])`}
      for update
    ), audited as (
      ${auditing(sql, caller.actor(), sql`select service_id, id, name, 'task_deleted', shown, null::jsonb, '{}'::text[] from target`)}
    )
    update task
    set ${retired(sql)}
    from target
    where task.service_id = target.service_id
      and task.id = target.id
    returning task.id`
  return rows.length === 1
}

export type StoredSchedule = Pick<Task, 'status' | 'scheduled_at' | 'frequency' | 'unit' | 'cron' | 'time_zone'> & {
  anchor_day: number | null
  /** Whether its only run is under way. */
  once_running: boolean
  version: number
  /** The database's clock. */
  now: string
}

/** What decides when a task runs, or undefined when the service has no such task. */
export async function findSchedule(sql: Sql, serviceId: string, id: string): Promise<StoredSchedule | undefined> {
  const [row] = await sql<StoredSchedule[]>`
    /* duly:find_schedule */
    select status, scheduled_at, frequency, unit, cron, time_zone, anchor_day, once_running, version, now() as now
    from task
    where service_id = ${serviceId}
      and id = ${id}
      and deleted_at is null`
  return row
}

/** Whether an execution of a task is under way. */
export async function isTaskRunning(sql: Sql, serviceId: string, id: string): Promise<boolean> {
  const [row] = await sql<{ running: boolean }[]>`
    /* duly:is_task_running */
    select ${isRunning(sql)} as running
    from task
    where service_id = ${serviceId}
      and id = ${id}`
  return row?.running ?? false
}

/** The database's clock. */
export async function findNow(sql: Sql): Promise<string> {
  const [row] = await sql<{ now: string }[]>`/* duly:find_now */ select now() as now`
  return row?.now ?? ''
}

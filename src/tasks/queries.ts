import { auditing, shownTask } from '../audit/entry.ts'
import type { Fragment, Sql } from '../database/sql.ts'
import type { Caller } from '../http/caller.ts'
import { fieldEntries, fieldNames } from '../task-fields/fields.ts'
import { calendarUseIn } from '../transitions/calendar-use.ts'
import { nullValue } from '../transitions/null-value.ts'
import { isRunning } from '../transitions/predicates.ts'
import { retired, withoutPolicies, withoutProfiles, withoutSecrets } from '../transitions/retire.ts'
import { offsetIn, slotOf } from '../transitions/spread.ts'
import { deleteIdentity, seesIdentity } from './identity-rows.ts'
import type { Task } from './model.ts'

/** The columns of `task` that the API returns, in the order of the response. */
export const returnedColumns = [
  'id',
  'service_id',
  ...fieldNames,
  'starts_at',
  'runs_left',
  'created_at',
  'updated_at',
] as const

/** The name of a field that the API returns. */
export type ReturnedName = (typeof returnedColumns)[number]

/** SQL for the list of `returnedColumns` of a row named `task`, or of some of them. */
export const columns = (sql: Sql, names: readonly ReturnedName[] = returnedColumns): Fragment =>
  sql`${names.map((name, index) => sql`${index === 0 ? sql`` : sql`, `}${returnedColumn(sql, name)}`)}`

/** SQL for the list of `returnedColumns` of a row that a statement has made with `columns`. */
export const resultColumns = (sql: Sql): Fragment =>
  sql`${returnedColumns.map((name, index) => sql`${index === 0 ? sql`` : sql`, `}${sql(name)}`)}`

/** SQL for a column of a row named `task` as the API returns it. */
function returnedColumn(sql: Sql, name: string): Fragment {
  if (name === 'scheduled_at') return sql`${slotOf(sql, sql`task`)} as scheduled_at`
  if (name === 'starts_at') return sql`task.scheduled_at as starts_at`
  const column = sql`task.${sql(name)}`
  const usual = nullValue(sql, name)
  if (usual) return sql`coalesce(${column}, ${usual}) as ${sql(name)}`
  return booleanColumns.has(name) ? sql`coalesce(${column}, false) as ${sql(name)}` : column
}

/** Columns with null for false. */
const booleanColumns: ReadonlySet<string> = new Set(
  fieldEntries.filter(([, { column }]) => column === 'boolean').map(([name]) => name),
)

/** A task and its version. The version is sent as ETag. */
export type StoredTask = Task & { version: number }

/** Returns tasks of a service in the order of `ids`, without those that do not exist. */
export async function findTasks(sql: Sql, serviceId: string, ids: readonly string[]): Promise<StoredTask[]> {
  return sql<StoredTask[]>`
    /* duly:find_tasks */
    select ${columns(sql)}, version
    from unnest(${ids as string[]}::uuid[]) with ordinality as wanted (id, position)
    join task on task.service_id = ${serviceId} and task.id = wanted.id
    where task.deleted_at is null
    order by wanted.position`
}

/** Returns the names, in lower case, of a task's encrypted headers. */
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

/** Returns a task; undefined when the service has no such task. */
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

/** What must be true of the stored task for a change to apply. */
export interface TaskCondition {
  /** The versions in If-Match, one of which the task must have; any version by default. */
  readonly versions?: readonly number[]
  /** The key that the task must have. */
  readonly key?: string
  /** The `created_at` that the task must have, see `isReadBack`. */
  readonly created_at?: string
  /** The `updated_at` that the task must have, see `isReadBack`. */
  readonly updated_at?: string
}

/**
 * Marks a task as deleted: it stops running, no query returns it, and its key is free. Maintenance deletes its rows later.
 * @param pattern regular expression that matches the names of secret headers in lower case
 * @returns false when there is no such task, or the condition does not hold
 */
export async function retireTask(
  sql: Sql,
  caller: Caller,
  id: string,
  pattern: string,
  { versions, key }: TaskCondition = {},
): Promise<boolean> {
  const [row] = await sql<{ is_outdated: boolean }[]>`
    /* duly:retire_task */
    with locked as (
      select service_id, id, name, ${shownTask(sql, pattern)} as shown, not ${seesIdentity(sql)} as is_outdated
      from task
      where service_id = ${caller.serviceId}
        and id = ${id}
        and deleted_at is null
        ${key === undefined ? sql`` : sql`and key = ${key}`}
        ${versions === undefined ? sql`` : sql`and version = any(${versions as number[]}::integer[])`}
      for update
    ), target as (
      select *
      from locked
      where not is_outdated
    ), ${deleteIdentity(sql, sql`target`)}, audited as (
      ${auditing(sql, caller.actor(), sql`select service_id, id, name, 'task_deleted', shown, null::jsonb, '{}'::text[] from target`)}
    ), unused as (
      ${withoutSecrets(sql, sql`target`)}
    ), unprofiled as (
      ${withoutProfiles(sql, sql`target`)}
    ), unwatched as (
      ${withoutPolicies(sql, sql`target`)}
    ), deleted as (
      update task
      set ${retired(sql)}
      from target
      where task.service_id = target.service_id
        and task.id = target.id
    )
    select is_outdated
    from locked`
  return row?.is_outdated ? retireTask(sql, caller, id, pattern, { versions, key }) : row !== undefined
}

/** The columns of a task that decide when it runs. */
export type StoredSchedule = Pick<
  Task,
  | 'status'
  | 'scheduled_at'
  | 'frequency'
  | 'unit'
  | 'cron'
  | 'time_zone'
  | 'calendar'
  | 'calendar_rule'
  | 'phase'
  | 'spread_seconds'
  | 'ends_at'
  | 'max_runs'
  | 'paused_until'
> & {
  /** How many seconds after its slots the task starts. */
  spread_offset: number
  /** The version of its calendar, and the rule; empty without a calendar. */
  calendar_use: string
  /** The day of the month on which a monthly task runs in months that have it. */
  anchor_day: number | null
  /** Whether the only run of a run-once task is in progress. */
  once_running: boolean
  /** How many slots are still to be run; null without a limit. */
  runs_left: number | null
  version: number
  /** The database's time when the schedule was read. */
  now: string
}

/** Returns the schedule of a task; undefined when the service has no such task. */
export async function findSchedule(sql: Sql, serviceId: string, id: string): Promise<StoredSchedule | undefined> {
  const [row] = await sql<StoredSchedule[]>`
    /* duly:find_schedule */
    select
      status, ${slotOf(sql, sql`task`)} as scheduled_at, frequency, unit, cron, time_zone,
      calendar, coalesce(calendar_rule, 'skip') as calendar_rule, ${calendarUseIn(sql)} as calendar_use, coalesce(phase, 'keep') as phase,
      coalesce(spread_seconds, 0) as spread_seconds, ${offsetIn(sql)} as spread_offset, ends_at, max_runs, paused_until, runs_left,
      anchor_day, once_running, version,
      now() as now
    from task
    where service_id = ${serviceId}
      and id = ${id}
      and deleted_at is null`
  return row
}

/** Returns whether an execution of a task is running. */
export async function isTaskRunning(sql: Sql, serviceId: string, id: string): Promise<boolean> {
  const [row] = await sql<{ running: boolean }[]>`
    /* duly:is_task_running */
    select ${isRunning(sql)} as running
    from task
    where service_id = ${serviceId}
      and id = ${id}`
  return row?.running ?? false
}

/** Returns the database's time. */
export async function findNow(sql: Sql): Promise<string> {
  const [row] = await sql<{ now: string }[]>`/* duly:find_now */ select now() as now`
  return row?.now ?? ''
}

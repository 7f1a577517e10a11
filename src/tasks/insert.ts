import { auditing, shownTask } from '../audit/entry.ts'
import type { Fragment, Sql } from '../database/sql.ts'
import type { Caller } from '../http/caller.ts'
import { type Once, unlessUsed } from '../idempotency/key.ts'
import { recordUses } from '../named-secrets/uses.ts'
import type { SealedHeader, SecretUse } from '../secrets/secrets.ts'
import { type FieldName, type FieldValues, fieldNames } from '../task-fields/fields.ts'
import { recordProfiles } from '../tls-profiles/uses.ts'
import { storedUse } from '../transitions/calendar-use.ts'
import { anchorDay, firstSlot } from '../transitions/first-slot.ts'
import { nullValue } from '../transitions/null-value.ts'
import { offsetOf, startAt, storedOffset } from '../transitions/spread.ts'

import { columnType } from './column-types.ts'
import { insertIdentity, insertLabels } from './identity-rows.ts'
import type { Task } from './model.ts'
import { columns, resultColumns, type StoredTask } from './queries.ts'

/** A task to be created. Its secret headers are not encrypted yet. */
export type NewTask = FieldValues & Pick<Task, 'id'>

/** A task to be inserted: `header` and `url` have secret values masked, `secret_header` and `sealed_url` have them encrypted. */
export type SealedTask = Omit<NewTask, 'secret_url'> & {
  readonly secret_header: SealedHeader | null
  /** Null for false. */
  readonly secret_url: true | null
  /** The hidden part of a secret URL, encrypted; `url` has a mask in its place. */
  readonly sealed_url: string | null
  /** The named secrets that its headers refer to. */
  readonly uses: readonly SecretUse[]
  /** `scheduled_at` of the request; null if the first run was computed. */
  readonly given_at: string | null
  /** The version of its calendar, and the rule; empty without a calendar. */
  readonly calendar_use: string
}

/** The fields that are inserted unchanged: all but `scheduled_at`, which is computed if it is null. */
export const plainNames = fieldNames.filter((name) => name !== 'scheduled_at')

/** SQL for a list of column names. */
const nameList = (sql: Sql, names: readonly string[]) =>
  names.map((name, index) => (index === 0 ? sql`${sql(name)}` : sql`, ${sql(name)}`))

/** SQL for a field of a row `new` as it is stored. */
const stored = (sql: Sql, name: FieldName) => {
  const usual = nullValue(sql, name)
  return usual ? sql`nullif(new.${sql(name)}, ${usual})` : sql`new.${sql(name)}`
}

/**
 * SQL that inserts tasks, which are passed as one JSON value.
 * @param pattern regular expression that matches the names of secret headers in lower case
 * @param condition a `where` clause, or empty
 */
export const inserting = (
  sql: Sql,
  serviceId: string,
  tasks: readonly SealedTask[],
  pattern: string,
  condition: Fragment,
) => {
  const spread = stored(sql, 'spread_seconds')
  return sql`
  insert into task (service_id, id, ${nameList(sql, plainNames)}, spread_offset, scheduled_at, secret_header, sealed_url, given_at, calendar_use, runs_left, anchor_day)
  select
    ${serviceId}, new.id, ${plainNames.map((name) => sql`${stored(sql, name)}, `)} ${storedOffset(sql, sql`new.id`, spread)},
    ${startAt(sql, sql`first.at`, offsetOf(sql, sql`new.id`, spread))}, new.secret_header, new.sealed_url, new.given_at,
    ${storedUse(sql, sql`new.calendar_use`)}, new.max_runs, ${anchorDay(sql)}
  from jsonb_to_recordset(${sql.json(tasks as never)}) as new (
    id uuid, ${fieldNames.map((name) => sql`${sql(name)} ${columnType(sql, name)}, `)}
    secret_header jsonb, sealed_url text, given_at timestamptz, calendar_use text
  )
  cross join ${firstSlot(sql)}
  ${condition}
  returning ${columns(sql)}, version, secret_header, sealed_url, ${shownTask(sql, pattern)} as shown`
}

/** SQL that inserts audit entries for the tasks in the CTE `created`. */
const auditingCreated = (sql: Sql, caller: Caller) => auditing(sql, caller.actor(), createdEntries(sql))

/** SQL for the audit entries of the tasks in the CTE `created`. */
export const createdEntries = (sql: Sql): Fragment => sql`
      select
        service_id, id, name, 'task_created', null::jsonb, shown,
        array(select name from jsonb_object_keys(coalesce(secret_header, '{}')) as name)
          || case when sealed_url is null then '{}'::text[] else array['/url'] end
      from created`

/** SQL for CTEs that record which named secrets and TLS profiles the tasks in the CTE `created` use; empty if they use none. */
function recordingUses(sql: Sql, tasks: readonly SealedTask[]): Fragment {
  const uses = tasks.flatMap(({ id, uses }) => uses.map((use) => ({ ...use, task_id: id })))
  const hasProfile = tasks.some(({ tls_profile }) => tls_profile !== null)
  return sql`
    ${uses.length === 0 ? sql`` : sql`, used as (${recordUses(sql, uses, sql`created`)})`}
    ${hasProfile ? sql`, profiled as (${recordProfiles(sql, sql`created`)})` : sql``}`
}

/**
 * Inserts tasks, all or none, and returns them in the order given.
 * @param pattern regular expression that matches the names of secret headers in lower case
 */
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
    ${recordingUses(sql, tasks)}
    ${insertIdentity(sql, tasks)}
    select ${resultColumns(sql)}, version
    from created`
}

/**
 * Inserts tasks, all or none, and their idempotency key. Waits for a concurrent request with the same key to end.
 * @param once.isBulk whether the key is stored with a list of tasks instead of a single one
 * @param pattern regular expression that matches the names of secret headers in lower case
 * @returns undefined when the key was used within 24 hours: then nothing is inserted
 */
export async function insertTasksOnce(
  sql: Sql,
  caller: Caller,
  tasks: readonly SealedTask[],
  once: Once & { readonly isBulk: boolean },
  pattern: string,
): Promise<StoredTask[] | undefined> {
  const { key, bodyHashes, isBulk } = once
  const ids = tasks.map(({ id }) => id)
  const rows = await sql<StoredTask[]>`
    /* duly:insert_tasks_once */
    with taken as (
      insert into idempotency_key (service_id, key, body_hash, task_id, task_ids)
      values (
        ${caller.serviceId}, ${key}, ${bodyHashes[0] as Buffer}, ${isBulk ? null : (ids[0] as string)},
        ${isBulk ? ids : null}::uuid[]
      )
      ${unlessUsed(sql)}
    ), created as (
      ${inserting(sql, caller.serviceId, tasks, pattern, sql`where exists (select from taken)`)}
    ), audited as (
      ${auditingCreated(sql, caller)}
    )
    ${recordingUses(sql, tasks)}
    ${insertIdentity(sql, tasks)}
    select ${resultColumns(sql)}, version
    from created`
  return rows.length === 0 ? undefined : rows
}

/**
 * Inserts a task that has a key, unless another task has the key: then nothing is inserted, and the result is undefined. Waits
 * for a concurrent request with the same key to end.
 * @param pattern regular expression that matches the names of secret headers in lower case
 */
export async function insertTaskUnlessKeyed(
  sql: Sql,
  caller: Caller,
  task: SealedTask,
  pattern: string,
): Promise<StoredTask | undefined> {
  const [row] = await sql<StoredTask[]>`
    /* duly:insert_task_unless_keyed */
    with keyed as (
      insert into task_key (service_id, key, task_id)
      values (${caller.serviceId}, ${task.key}, ${task.id})
      on conflict on constraint task_key_unique_in_service do nothing
      returning key
    ), created as (
      ${inserting(sql, caller.serviceId, [task], pattern, sql`where exists (select from keyed)`)}
    ), audited as (
      ${auditingCreated(sql, caller)}
    )
    ${recordingUses(sql, [task])}
    ${insertLabels(sql, [task])}
    select ${resultColumns(sql)}, version
    from created`
  return row
}

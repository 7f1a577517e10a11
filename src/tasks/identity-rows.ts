import { afterRelabelling } from '../alerts/relabelled.ts'
import type { Fragment, Sql } from '../database/sql.ts'
import type { FieldValues } from '../task-fields/fields.ts'

type Identity = Pick<FieldValues, 'key' | 'labels'>

// The rows of `task_key` and `task_label`, which find tasks by what the columns `key` and `labels` say. They are written by
// the statements that write these columns, so that the two never differ.

const hasLabels = ({ labels }: Identity) => Object.keys(labels).length > 0

/** SQL for CTEs, each with a comma before it, that insert the labels of the tasks in the CTE `created`; empty for none. */
export const insertLabels = (sql: Sql, tasks: readonly Identity[]): Fragment =>
  tasks.some(hasLabels) ? sql`, labelled as (${insertLabelsOf(sql, sql`created`)})` : sql``

/**
 * SQL for CTEs, each with a comma before it, that insert the keys and the labels of the tasks in the CTE `created`. In the
 * database, a key that another task has is a violation of `task_key_unique_in_service`.
 */
export const insertIdentity = (sql: Sql, tasks: readonly Identity[]): Fragment => sql`
  ${
    tasks.some(({ key }) => key !== null)
      ? sql`, keyed as (
          insert into task_key (service_id, key, task_id)
          select service_id, key, id from created where key is not null
        )`
      : sql``
  }
  ${insertLabels(sql, tasks)}`

/**
 * SQL for CTEs, each with a comma before it, that give the task in the CTE `updated` the key and the labels of a change, and have its
 * alerts looked at by them.
 */
export const changeIdentity = (sql: Sql, serviceId: string, { key, labels }: Partial<Identity>): Fragment => sql`
  ${key === undefined ? sql`` : key === null ? sql`, unkeyed as (${deleteKeys(sql, sql`updated`)})` : sql`, keyed as (${upsertKey(sql)})`}
  ${
    labels === undefined
      ? sql``
      : sql`, unlabelled as (
          ${deleteLabels(sql, sql`updated`)} and not updated.labels ? task_label.name
        ), labelled as (
          ${upsertLabels(sql, sql`updated`)}
        ), relabelled as (
          select id
          from updated
          where shown_before -> 'labels' is distinct from shown -> 'labels'
        ), ${afterRelabelling(sql, serviceId, sql`relabelled`)}`
  }`

/** SQL for CTEs that delete the keys and the labels of the tasks in a CTE. */
export const deleteIdentity = (sql: Sql, from: Fragment): Fragment => sql`
  unkeyed as (
    ${deleteKeys(sql, from)}
  ), unlabelled as (
    ${deleteLabels(sql, from)}
  )`

/**
 * SQL condition: the statement sees the key and the labels that the locked row `task` has. If another request changed them
 * after the statement began, their rows cannot be seen, and so not be deleted: the statement must be sent again.
 */
export const seesIdentity = (sql: Sql): Fragment => sql`
  exists (
    select
    from task as seen
    where seen.service_id = task.service_id
      and seen.id = task.id
      and (seen.key, seen.labels) is not distinct from (task.key, task.labels)
  )`

const insertLabelsOf = (sql: Sql, from: Fragment) => sql`
  insert into task_label (service_id, name, value, task_id)
  select written.service_id, label.name, label.value, written.id
  from ${from} as written
  cross join lateral jsonb_each_text(written.labels) as label (name, value)`

/** SQL that inserts the labels of the tasks in a CTE, or changes their values. */
export const upsertLabels = (sql: Sql, from: Fragment): Fragment => sql`
  ${insertLabelsOf(sql, from)}
  on conflict on constraint task_label_one_value do update
  set value = excluded.value
  where task_label.value is distinct from excluded.value`

const upsertKey = (sql: Sql) => sql`
  insert into task_key (service_id, key, task_id)
  select service_id, key, id from updated
  on conflict on constraint task_key_one_of_task do update
  set key = excluded.key
  where task_key.key is distinct from excluded.key`

const deleteKeys = (sql: Sql, from: Fragment) => sql`
  delete from task_key
  using ${from}
  where task_key.service_id = ${from}.service_id
    and task_key.task_id = ${from}.id`

const deleteLabels = (sql: Sql, from: Fragment) => sql`
  delete from task_label
  using ${from}
  where task_label.service_id = ${from}.service_id
    and task_label.task_id = ${from}.id`

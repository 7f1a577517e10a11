import { updatedEntries } from '../audit/entry.ts'
import type { Fragment, Sql } from '../database/sql.ts'
import type { Caller } from '../http/caller.ts'
import { createdEntries } from '../tasks/insert.ts'
import { retired, withoutPolicies, withoutProfiles, withoutSecrets } from '../transitions/retire.ts'
import type { AppliedSet, Writes } from './writes.ts'

// Parts of the statement that applies a set: its CTEs `ended`, `updated`, `changed`, `created` and `written_set` stand before them.

/** SQL for CTEs that delete the tasks in the CTE `ended`. */
export const retiring = (sql: Sql, serviceId: string): Fragment => sql`
  retired as (
    update task
    set ${retired(sql)}
    where service_id = ${serviceId}
      and id = any(array(select id from ended))
  ), unlabelled_ended as (
    delete from task_label
    where service_id = ${serviceId}
      and task_id = any(array(select id from ended))
  ), unused as (
    ${withoutSecrets(sql, sql`ended`)}
  ), unprofiled_ended as (
    ${withoutProfiles(sql, sql`ended`)}
  ), unwatched as (
    ${withoutPolicies(sql, sql`ended`)}
  )`

/** SQL that removes what is recorded of the named secrets of headers that are replaced. */
export const forgetHeaders = (sql: Sql, { headers, uses }: Writes): Fragment => sql`
  delete from task_secret
  using jsonb_to_recordset(${sql.json(headers as never)}) as replaced (task_id uuid, retained jsonb)
  join updated on updated.id = replaced.task_id
  where task_secret.service_id = updated.service_id
    and task_secret.task_id = updated.id
    and not replaced.retained ? task_secret.header
    and not exists (
      select
      from jsonb_to_recordset(${sql.json(uses as never)}) as used (task_id uuid, header text, name text)
      where used.task_id = task_secret.task_id
        and used.header = task_secret.header
        and used.name = task_secret.name
    )`

/** SQL for the audit entries of an apply: one for each task, as the routes for one task write it, and one for the set. */
export const entries = (
  sql: Sql,
  { serviceId }: Caller,
  { name, revision, source, summary }: AppliedSet,
): Fragment => sql`
  ${createdEntries(sql)}
  union all
  ${updatedEntries(sql, sql`changed`)}
  union all
  select service_id, id, name, 'task_deleted', shown, null, '{}'
  from locked
  where retire
    and exists (select from written_set)
  union all
  select
    ${serviceId}::uuid, null::uuid, ${name}, 'task_set_applied', jsonb_build_object('revision', ${revision}::integer),
    jsonb_build_object('revision', revision, 'source', ${source}::text, 'summary', ${sql.json(summary as never)}::jsonb), '{}'
  from written_set`

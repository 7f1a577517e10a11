import type { Fragment, Sql } from '../database/sql.ts'
import type { SecretUse } from '../secrets/secrets.ts'

/**
 * SQL that records which named secrets tasks use.
 * @param uses references, each with the id of its task
 * @param written the name of a CTE with the service_id and the id of the tasks that were inserted or updated
 * @throws in the database, a violation of `task_secret_secret_fkey` if a secret does not exist
 */
export const recordUses = (
  sql: Sql,
  uses: readonly (SecretUse & { readonly task_id: string })[],
  written: Fragment,
) => sql`
  insert into task_secret (service_id, task_id, header, name)
  select written.service_id, used.task_id, used.header, used.name
  from jsonb_to_recordset(${sql.json(uses as never)}) as used (task_id uuid, header text, name text)
  join ${written} as written on written.id = used.task_id
  on conflict do nothing`

/**
 * SQL that removes what is recorded for headers that a change of a task replaces.
 * @param uses the references of the new headers
 * @param retained names, in lower case, of headers that keep their value
 * @param updated the name of a CTE with the service_id and the id of the task if it was changed
 */
export const forgetUses = (sql: Sql, uses: readonly SecretUse[], retained: readonly string[], updated: Fragment) => sql`
  delete from task_secret
  using ${updated} as changed
  where task_secret.service_id = changed.service_id
    and task_secret.task_id = changed.id
    and task_secret.header <> all(${retained as string[]}::text[])
    and (task_secret.header, task_secret.name) not in (
      select used.header, used.name
      from jsonb_to_recordset(${sql.json(uses as never)}) as used (header text, name text)
    )`

import type { Sql } from '../database/sql.ts'
import { mask } from '../formats/secret-mask.ts'
import { bareReferencePattern } from './references.ts'
import type { SealedHeader } from './secrets.ts'

/** The request headers of a task as they are stored. */
export interface TaskHeaders {
  readonly service_id: string
  readonly id: string
  /** Secret values are masked. */
  readonly header: Readonly<Record<string, string>>
  readonly secret_header: SealedHeader | null
}

/** A position in the order of all tasks, by service and id. */
export type TaskCursor = Pick<TaskHeaders, 'service_id' | 'id'>

/** The position before the first task. */
export const firstCursor: TaskCursor = {
  service_id: '00000000-0000-0000-0000-000000000000',
  id: '00000000-0000-0000-0000-000000000000',
}

/** Each task may have 64 headers of 4 KB, stored both masked and sealed. */
const foundAtMost = 100

/**
 * Examines up to `limit` tasks after a position and returns those with a secret header that is stored in clear or sealed
 * with a key other than `keyIds`. Stops early when 100 are found.
 * @param pattern a regular expression for the names of secret headers, in lower case
 * @returns the tasks found, and the position of the last task examined; undefined if no task follows
 */
export async function listUnsealed(
  sql: Sql,
  pattern: string,
  keyIds: readonly string[],
  after: TaskCursor,
  limit: number,
): Promise<{ found: TaskHeaders[]; last: TaskCursor | undefined }> {
  const [row] = await sql<{ found: TaskHeaders[]; last: TaskCursor | null }[]>`/* duly:list_unsealed */
    with examined as materialized (
      select service_id, id, header, secret_header
      from task
      where (service_id, id) > (${after.service_id}, ${after.id})
      order by service_id, id
      limit ${limit}
    ), found as materialized (
      select *
      from examined
      where exists (
          select from jsonb_each_text(header) as given (name, value)
          where given.value <> ${mask} and given.value !~ ${bareReferencePattern} and lower(given.name collate "C") ~ ${pattern}
        )
        or exists (
          select from jsonb_each_text(secret_header) as sealed (name, value)
          where split_part(sealed.value, '.', 1) <> all(${keyIds as string[]}::text[])
        )
      limit ${foundAtMost}
    )
    -- Both CTEs are read in the order of examined, and only as far as necessary.
    select
      coalesce(
        (select json_build_object('service_id', service_id, 'id', id) from found offset ${foundAtMost - 1} limit 1),
        (select json_build_object('service_id', service_id, 'id', id) from examined offset ${limit - 1} limit 1)
      ) as last,
      (select coalesce(json_agg(found), '[]') from found) as found`
  return { found: row?.found ?? [], last: row?.last ?? undefined }
}

/**
 * Replaces the stored headers of tasks, without a new version of the task. A task whose headers have changed since they
 * were read is skipped.
 * @returns the ids of the tasks that were changed
 */
export async function replaceHeaders(
  sql: Sql,
  tasks: readonly { readonly stored: TaskHeaders; readonly header: object; readonly secret_header: object }[],
): Promise<string[]> {
  const given = tasks.map(({ stored, header, secret_header }) => ({
    service_id: stored.service_id,
    id: stored.id,
    old_header: stored.header,
    old_secret_header: stored.secret_header,
    header,
    secret_header,
  }))
  const rows = await sql<{ id: string }[]>`/* duly:replace_headers */
    with target as materialized (
      select task.service_id, task.id, sealed.header, sealed.secret_header
      from jsonb_to_recordset(${sql.json(given as never)}) as sealed (
        service_id uuid, id uuid, old_header jsonb, old_secret_header jsonb, header jsonb, secret_header jsonb
      )
      join task on task.service_id = sealed.service_id and task.id = sealed.id
      where task.header = sealed.old_header
        and task.secret_header is not distinct from sealed.old_secret_header
      order by task.id
      for update of task
    )
    update task
    set header = target.header,
        secret_header = nullif(target.secret_header, '{}')
    from target
    where task.service_id = target.service_id
      and task.id = target.id
    returning task.id`
  return rows.map(({ id }) => id)
}

/** Counts the tasks that have a value sealed with each key, by the key's id. */
export async function countByKey(sql: Sql): Promise<{ key_id: string; tasks: number }[]> {
  return sql<{ key_id: string; tasks: number }[]>`/* duly:count_by_key */
    select split_part(value, '.', 1) as key_id, count(distinct (service_id, id))::integer as tasks
    from task
    cross join lateral jsonb_each_text(secret_header)
    where secret_header is not null
    group by key_id
    order by key_id`
}

/**
 * Takes the lock for rotating keys, which is held until this connection closes: two rotations at once could each drop the
 * other's key.
 * @returns false if another session holds it
 */
export async function lockRotation(sql: Sql): Promise<boolean> {
  const [row] = await sql<{ locked: boolean }[]>`/* duly:lock_rotation */
    select pg_try_advisory_lock(hashtext('duly secrets rotate')) as locked`
  return row?.locked === true
}

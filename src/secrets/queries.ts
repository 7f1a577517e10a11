import type { Sql } from '../database/sql.ts'
import { mask, type SealedHeader } from './secrets.ts'

export interface StoredHeader {
  readonly service_id: string
  readonly id: string
  readonly header: Readonly<Record<string, string>>
  readonly secret_header: SealedHeader | null
}

/** The place of a task in the order in which all of them are gone through. */
export type TaskPlace = Pick<StoredHeader, 'service_id' | 'id'>

export const firstPlace: TaskPlace = {
  service_id: '00000000-0000-0000-0000-000000000000',
  id: '00000000-0000-0000-0000-000000000000',
}

/** Tasks found at once: each may have 64 headers of 4 KB, twice. */
const foundAtMost = 100

/**
 * Looks at so many tasks of any service behind a place, fewer once it has found a hundred with a secret header that is
 * stored in clear or sealed with another key than these.
 * @param pattern a regular expression over the names of secret headers, in lower case
 * @returns where it ended: undefined when there are no more tasks behind it
 */
export async function listUnsealed(
  sql: Sql,
  pattern: string,
  keyIds: readonly string[],
  after: TaskPlace,
  limit: number,
): Promise<{ found: StoredHeader[]; last: TaskPlace | undefined }> {
  const [row] = await sql<{ found: StoredHeader[]; last: TaskPlace | null }[]>`
    with looked_at as materialized (
      select service_id, id, header, secret_header
      from task
      where (service_id, id) > (${after.service_id}, ${after.id})
      order by service_id, id
      limit ${limit}
    ), found as materialized (
      select *
      from looked_at
      where exists (
          select from jsonb_each_text(header) as given (name, value)
          where given.value <> ${mask} and lower(given.name collate "C") ~ ${pattern}
        )
        or exists (
          select from jsonb_each_text(secret_header) as sealed (name, value)
          where split_part(sealed.value, '.', 1) <> all(${keyIds as string[]}::text[])
        )
      limit ${foundAtMost}
    )
    -- Each is read in the order of looked_at, and no further than it must be.
    select
      coalesce(
        (select json_build_object('service_id', service_id, 'id', id) from found offset ${foundAtMost - 1} limit 1),
        (select json_build_object('service_id', service_id, 'id', id) from looked_at offset ${limit - 1} limit 1)
      ) as last,
      (select coalesce(json_agg(found), '[]') from found) as found`
  return { found: row?.found ?? [], last: row?.last ?? undefined }
}

/**
 * Replaces the headers of tasks as they are stored. It is no change of the task: its version stays.
 * @returns the ids of those that were; one that somebody has changed meanwhile is left
 */
export async function replaceHeaders(
  sql: Sql,
  tasks: readonly { readonly stored: StoredHeader; readonly header: object; readonly secret_header: object }[],
): Promise<string[]> {
  const given = tasks.map(({ stored, header, secret_header }) => ({
    service_id: stored.service_id,
    id: stored.id,
    old_header: stored.header,
    old_secret_header: stored.secret_header,
    header,
    secret_header,
  }))
  const rows = await sql<{ id: string }[]>`
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

/** How many tasks have values that each key sealed, by the key's id. */
export async function countByKey(sql: Sql): Promise<{ key_id: string; tasks: number }[]> {
  return sql<{ key_id: string; tasks: number }[]>`
    select split_part(value, '.', 1) as key_id, count(distinct (service_id, id))::integer as tasks
    from task
    cross join lateral jsonb_each_text(secret_header)
    where secret_header is not null
    group by key_id
    order by key_id`
}

/**
 * Keeps others from rotating keys for as long as this connection is open: two at once could each drop the other's key.
 * @returns false when another one does
 */
export async function lockRotation(sql: Sql): Promise<boolean> {
  const [row] = await sql<{ locked: boolean }[]>`select pg_try_advisory_lock(hashtext('duly secrets rotate')) as locked`
  return row?.locked === true
}

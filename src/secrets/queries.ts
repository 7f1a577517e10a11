import type { Sql } from '../database/sql.ts'
import { mask } from '../formats/secret-mask.ts'
import { bareReferencePattern } from './references.ts'
import { type SealedColumn, sealedColumns } from './sealed-columns.ts'
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
      -- Most tasks have neither: of those nothing is taken apart.
      where header <> '{}' and exists (
          select from jsonb_each_text(header) as given (name, value)
          where given.value <> ${mask} and given.value !~ ${bareReferencePattern} and lower(given.name collate "C") ~ ${pattern}
        )
        or secret_header is not null and exists (
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

/** How much is sealed with a key. */
interface KeyUse {
  readonly key_id: string
  /** Tasks with secret headers. */
  readonly tasks: number
  /** Values of `sealedColumns`. */
  readonly others: number
}

/** Counts what is sealed with each key, by the key's id. */
export async function countByKey(sql: Sql): Promise<KeyUse[]> {
  const others = sealedColumns.map(
    ({ table, column }) => sql`
      union all
      select split_part(${sql(column)}, '.', 1), 0, count(*)
      from ${sql(table)}
      where ${sql(column)} is not null
      group by 1`,
  )
  return sql<KeyUse[]>`/* duly:count_by_key */
    select key_id, sum(tasks)::integer as tasks, sum(others)::integer as others
    from (
      select split_part(value, '.', 1) as key_id, count(distinct (service_id, id)) as tasks, 0 as others
      from task
      cross join lateral jsonb_each_text(secret_header)
      where secret_header is not null
      group by key_id
      ${others}
    ) as used
    group by key_id
    order by key_id`
}

/**
 * Runs `work` under the lock for rotating keys: two rotations at once could each drop the other's key. The lock belongs to a
 * transaction, so that it cannot remain on a session that a pooler passes to another client.
 * @param sql a pool of one connection, used for nothing else
 * @returns false, without running `work`, if another session holds the lock
 * @throws when the connection is lost meanwhile, and with it the lock
 */
export async function underRotationLock(sql: Sql, work: () => Promise<void>): Promise<boolean> {
  return sql.begin(async (own) => {
    const [row] = await own<{ locked: boolean }[]>`/* duly:lock_rotation */
      select
        pg_try_advisory_xact_lock(hashtext('duly secrets rotate')) as locked,
        -- The transaction is idle for as long as the work takes.
        set_config('idle_in_transaction_session_timeout', '0', true)`
    if (!row?.locked) return false
    await work()
    return true
  }) as Promise<boolean>
}

/** The position of a row with a sealed text, by service and id or name. */
export interface TextCursor {
  readonly service_id: string
  readonly id: string
}

/** A sealed text as it is stored. */
export interface StoredText extends TextCursor {
  readonly sealed: string
}

/**
 * Examines up to `limit` rows after a position and returns those whose text is sealed with a key other than `keyIds`. Stops early
 * when 100 are found.
 * @returns the rows found, and the position of the last row examined; undefined if no row follows
 */
export async function listSealedTexts(
  sql: Sql,
  { table, column, id, type }: SealedColumn,
  keyIds: readonly string[],
  after: TextCursor | undefined,
  limit: number,
): Promise<{ found: StoredText[]; last: TextCursor | undefined }> {
  const [row] = await sql<{ found: StoredText[]; last: TextCursor | null }[]>`/* duly:list_sealed_texts */
    with examined as materialized (
      select service_id, ${sql(id)} as id, ${sql(column)} as sealed
      from ${sql(table)}
      ${after === undefined ? sql`` : sql`where (service_id, ${sql(id)}) > (${after.service_id}, ${after.id}::${sql.unsafe(type)})`}
      order by service_id, ${sql(id)}
      limit ${limit}
    ), found as materialized (
      select *
      from examined
      where split_part(sealed, '.', 1) <> all(${keyIds as string[]}::text[])
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

/** Replaces sealed texts that are still the ones that were read. @returns how many */
export async function replaceTexts(
  sql: Sql,
  { table, column, id, type }: SealedColumn,
  texts: readonly (StoredText & { readonly old: string })[],
): Promise<number> {
  const rows = await sql`/* duly:replace_sealed_texts */
    update ${sql(table)} as stored
    set ${sql(column)} = given.sealed
    from jsonb_to_recordset(${sql.json(texts as never)}) as given (
      service_id uuid, id ${sql.unsafe(type)}, old text, sealed text
    )
    where stored.service_id = given.service_id
      and stored.${sql(id)} = given.id
      and stored.${sql(column)} = given.old
    returning 1`
  return rows.length
}

import type { Fragment, Sql } from '../database/sql.ts'
import { forgetUses, recordUses } from '../named-secrets/uses.ts'
import type { SealedHeader, StoredHeader } from '../secrets/secrets.ts'
import { forgetProfiles, recordProfiles } from '../tls-profiles/uses.ts'

/** The secrets of a task that a change repeats, as they are stored. */
export interface EqualSecrets {
  readonly header: SealedHeader
  /** Null if the change has no secret URL, or another one. */
  readonly url: string | null
}

/** A column that an update sets, and SQL for its value, which is computed from a row `scheduled` with the locked row `stored`. */
export type SetColumn = readonly [column: string, value: Fragment]

/**
 * The columns that hold the headers of a change.
 * @param equal secrets that stay as they are stored, although the change contains them
 */
export const headerValues = (
  sql: Sql,
  { header, sealed, retained }: StoredHeader,
  equal: EqualSecrets,
): SetColumn[] => [
  ['header', sql`${sql.json(header)}::jsonb`],
  [
    'secret_header',
    sql`
      nullif(
        ${sql.json(sealed)}::jsonb || (
          select coalesce(jsonb_object_agg(key, value), '{}')
          from jsonb_each((scheduled.stored).secret_header)
          where key = any(${retained as string[]}::text[])
            or ${sql.json(equal.header)}::jsonb @> jsonb_build_object(key, value)
        ),
        '{}'
      )`,
  ],
]

/** SQL for the names of the secrets that an update from `scheduled` sets in a row `task`: those of headers, and `/url`. */
export const newSecrets = (sql: Sql): Fragment => sql`
  array(
    select key
    from jsonb_each(task.secret_header)
    where value is distinct from (scheduled.stored).secret_header -> key
    order by key
  ) || case
    when task.sealed_url is distinct from (scheduled.stored).sealed_url and task.sealed_url is not null then array['/url']
    else '{}'
  end`

/** SQL for CTEs that record which named secrets the new headers of a task refer to, for the task in the CTE `updated`. */
export const changingUses = (sql: Sql, id: string, { uses, retained }: StoredHeader) => sql`
  , forgotten as (
    ${forgetUses(sql, uses, retained, sql`updated`)}
  ), used as (
    ${recordUses(
      sql,
      uses.map((use) => ({ ...use, task_id: id })),
      sql`updated`,
    )}
  )`

/** SQL for CTEs that record the TLS profile of the task in the CTE `updated`. */
export const changingProfile = (sql: Sql) => sql`
  , unprofiled as (
    ${forgetProfiles(sql, sql`updated`)}
  ), profiled as (
    ${recordProfiles(sql, sql`updated`)}
  )`

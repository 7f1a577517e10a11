import type { Fragment, Sql } from '../database/sql.ts'
import type { FieldError } from '../formats/field-error.ts'

/**
 * Returns the errors of tasks that name a TLS profile which the service does not have. Without a name, no statement is sent.
 * @param pathOf returns the path of a task, by its index
 */
export async function checkProfiles(
  sql: Sql,
  serviceId: string,
  tasks: readonly { readonly tls_profile?: string | null | undefined }[],
  pathOf: (index: number) => string,
): Promise<FieldError[]> {
  const names = [...new Set(tasks.flatMap(({ tls_profile }) => tls_profile ?? []))]
  if (names.length === 0) return []
  const rows = await sql<{ name: string }[]>`
    /* duly:find_missing_tls_profiles */
    select wanted.name
    from unnest(${names}::text[]) as wanted (name)
    where not exists (select from tls_profile where service_id = ${serviceId} and tls_profile.name = wanted.name)`
  const missing = new Set(rows.map(({ name }) => name))
  return tasks.flatMap(({ tls_profile: name }, index) =>
    name && missing.has(name)
      ? [
          {
            path: `${pathOf(index)}/tls_profile`,
            message: `names the TLS profile ${name}, which does not exist: set it first, with PUT /tls-profiles/${name}`,
          },
        ]
      : [],
  )
}

/** Returns the error of a TLS profile for a URL that is not called over TLS. */
export const checkProfileUrl = (url: string, profile: string | null | undefined): FieldError[] =>
  profile && !/^https:/i.test(url) ? [onlyForHttps] : []

/** The error of a TLS profile for a URL that is not called over TLS. */
export const onlyForHttps: FieldError = {
  path: '/tls_profile',
  message: 'is only for a URL that begins with https://; set it to null for another one',
}

/**
 * SQL that records which TLS profile tasks use.
 * @param written the name of a CTE with the service_id, id and tls_profile of the tasks that were inserted or updated
 */
export const recordProfiles = (sql: Sql, written: Fragment): Fragment => sql`
  insert into tls_profile_use (service_id, task_id, profile)
  select service_id, id, tls_profile
  from ${written} as written
  where tls_profile is not null
  on conflict (service_id, task_id) do update
  set profile = excluded.profile`

/** SQL that removes what is recorded of tasks that use no TLS profile any more. @param updated as `written` above */
export const forgetProfiles = (sql: Sql, updated: Fragment): Fragment => sql`
  delete from tls_profile_use
  using ${updated} as changed
  where tls_profile_use.service_id = changed.service_id
    and tls_profile_use.task_id = changed.id
    and changed.tls_profile is null`

/** Whether a change of the URL, or of the profile, can be applied to some stored tasks only. */
export const needsHttps = (url: string | undefined, profile: string | null | undefined): boolean =>
  url === undefined ? Boolean(profile) : profile === undefined && !/^https:/i.test(url)

/** SQL condition, beginning with `and`, for the tasks to which a change can be applied; empty for all tasks. */
export function httpsCondition(sql: Sql, url: string | undefined, profile: string | null | undefined): Fragment {
  if (!needsHttps(url, profile)) return sql``
  return url === undefined ? sql`and url ~* '^https:'` : sql`and tls_profile is null`
}

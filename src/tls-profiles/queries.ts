import { type Static, Type } from '@sinclair/typebox'
import { auditing } from '../audit/entry.ts'
import {
  type BatchRow,
  type BatchStart,
  batchLimit,
  boundedBatch,
  type CountedBatch,
  selectBatch,
  toBatch,
} from '../database/bounded-batch.ts'
import { rfc3339 } from '../database/rfc3339.ts'
import type { Fragment, Sql } from '../database/sql.ts'
import { mask } from '../formats/secret-mask.ts'
import type { Caller } from '../http/caller.ts'
import { type Deletion, deletionColumns, usersNamed } from '../http/in-use.ts'
import type { TlsProfile } from './model.ts'
import type { CertificateFacts } from './pem.ts'

/** How many TLS profiles a service may have. */
export const maxProfiles = 100

/** A TLS profile to be stored. */
export interface NewProfile extends CertificateFacts {
  readonly name: string
  readonly ca: string | null
  readonly certificate: string | null
  readonly sealed_key: string | null
}

/** SQL for the columns of a row named `tls_profile` in a list. */
const listed = (sql: Sql): Fragment => sql`
  tls_profile.name, tls_profile.ca_expires_at, tls_profile.certificate_subject, tls_profile.certificate_expires_at,
  tls_profile.created_at, tls_profile.updated_at,
  (
    select count(*)::integer
    from tls_profile_use
    where tls_profile_use.service_id = tls_profile.service_id
      and tls_profile_use.profile = tls_profile.name
  ) as tasks`

/** SQL for all columns that the API returns. */
const columns = (sql: Sql): Fragment => sql`
  ${listed(sql)}, tls_profile.ca, tls_profile.certificate,
  case when tls_profile.sealed_key is not null then ${mask}::text end as private_key`

/** SQL for what the audit shows of a profile: no certificate, since they are long, and nothing of the key. */
const shown = (sql: Sql, profile: Fragment): Fragment => sql`
  jsonb_build_object(
    'ca_expires_at', ${profile}.ca_expires_at, 'certificate_subject', ${profile}.certificate_subject,
    'certificate_expires_at', ${profile}.certificate_expires_at
  )`

/**
 * Sets a TLS profile, and creates it if there is none.
 * @returns undefined when the service has as many as it may have, and none of this name
 */
export async function putProfile(
  sql: Sql,
  caller: Caller,
  { name, ca, certificate, sealed_key, ca_expires_at, certificate_subject, certificate_expires_at }: NewProfile,
): Promise<{ profile: TlsProfile; isNew: boolean } | undefined> {
  const [row] = await sql<(TlsProfile & { version: number })[]>`
    /* duly:put_tls_profile */
    with before as materialized (
      select *
      from tls_profile
      where service_id = ${caller.serviceId}
        and name = ${name}
      for update
    ), written as (
      insert into tls_profile (
        service_id, name, ca, certificate, sealed_key, ca_expires_at, certificate_subject, certificate_expires_at
      )
      select
        ${caller.serviceId}, ${name}, ${ca}::text, ${certificate}::text, ${sealed_key}::text, ${ca_expires_at}::text::timestamptz,
        ${certificate_subject}::text, ${certificate_expires_at}::text::timestamptz
      where exists (select from before)
        or (select count(*) from tls_profile where service_id = ${caller.serviceId}) < ${maxProfiles}::integer
      on conflict (service_id, name) do update
      set ca = excluded.ca,
          certificate = excluded.certificate,
          sealed_key = excluded.sealed_key,
          ca_expires_at = excluded.ca_expires_at,
          certificate_subject = excluded.certificate_subject,
          certificate_expires_at = excluded.certificate_expires_at,
          version = tls_profile.version + 1,
          updated_at = excluded.updated_at
      returning *
    ), audited as (
      ${auditing(
        sql,
        caller.actor(),
        sql`
          select
            service_id, null::uuid, name, 'tls_profile_set', (select ${shown(sql, sql`before`)} from before),
            ${shown(sql, sql`written`)}, '{}'::text[]
          from written`,
      )}
    )
    select ${columns(sql)}, version
    from written as tls_profile`
  if (!row) return undefined
  const { version, ...profile } = row
  return { profile, isNew: version === 1 }
}

/** Schema of the position of a TLS profile in the list. */
export const profilePosition = Type.Object({ name: Type.String() })

type ProfilePosition = Static<typeof profilePosition>

/** Reads a batch of the TLS profiles of a service, by name and without their certificates, as JSON. */
export async function listBatch(
  sql: Sql,
  serviceId: string,
  start: BatchStart<ProfilePosition>,
): Promise<CountedBatch<ProfilePosition>> {
  const { last } = start
  const time = (name: string) => sql`${rfc3339(sql, sql`batch.${sql(name)}`)} as ${sql(name)}`
  const [row] = await sql<[BatchRow<ProfilePosition>]>`
    /* duly:list_tls_profiles */
    with matched as materialized (
      select ${listed(sql)}
      from tls_profile
      where service_id = ${serviceId}
        ${last === undefined ? sql`` : sql`and name > ${last.name}`}
      order by name
      ${batchLimit(sql, start)}
    ), ${boundedBatch(sql, sql`coalesce(octet_length(certificate_subject), 0) + 300`, start)}
    ${selectBatch(
      sql,
      sql`
        batch.name, ${time('ca_expires_at')}, batch.certificate_subject, ${time('certificate_expires_at')},
        ${time('created_at')}, ${time('updated_at')}, batch.tasks`,
      ['name'],
    )}`
  return toBatch(row)
}

/** Returns a TLS profile; undefined when the service has none of this name. */
export async function findProfile(sql: Sql, serviceId: string, name: string): Promise<TlsProfile | undefined> {
  const [row] = await sql<TlsProfile[]>`
    /* duly:find_tls_profile */
    select ${columns(sql)}
    from tls_profile
    where service_id = ${serviceId}
      and name = ${name}`
  return row
}

/** Returns the encrypted key of a TLS profile; undefined when it has none. */
export async function findSealedKey(sql: Sql, serviceId: string, name: string): Promise<string | undefined> {
  const [row] = await sql<{ sealed_key: string | null }[]>`
    /* duly:find_tls_profile_key */
    select sealed_key
    from tls_profile
    where service_id = ${serviceId}
      and name = ${name}`
  return row?.sealed_key ?? undefined
}

/**
 * Deletes a TLS profile that no task uses.
 * @returns whether it was deleted, how many tasks use it, and some of these; undefined when there is no such profile
 * @throws the driver's error 23503 (foreign key violation) when a task that uses it is being written
 */
export async function deleteProfile(sql: Sql, caller: Caller, name: string): Promise<Deletion | undefined> {
  const [row] = await sql<Deletion[]>`
    /* duly:delete_tls_profile */
    with target as materialized (
      select *
      from tls_profile
      where service_id = ${caller.serviceId}
        and name = ${name}
      for update
    ), used as materialized (
      select tls_profile_use.service_id, tls_profile_use.task_id
      from target
      join tls_profile_use on tls_profile_use.service_id = target.service_id and tls_profile_use.profile = target.name
    ), users as (
      select task.id, task.name
      from used
      join task on task.service_id = used.service_id and task.id = used.task_id
      order by task.name, task.id
      limit ${usersNamed}
    ), deleted as (
      delete from tls_profile
      using target
      where tls_profile.service_id = target.service_id
        and tls_profile.name = target.name
        and not exists (select from used)
      returning 1
    ), audited as (
      ${auditing(
        sql,
        caller.actor(),
        sql`
          select service_id, null::uuid, name, 'tls_profile_deleted', ${shown(sql, sql`target`)}, null::jsonb, '{}'::text[]
          from target
          where exists (select from deleted)`,
      )}
    )
    select
      ${deletionColumns(sql)}
    from target`
  return row
}

/** A TLS profile as calls need it. Without its texts when its revision is the one that is known. */
export interface StoredProfile {
  readonly name: string
  /** Differs for each change, and for a profile that was created again. */
  readonly revision: string
  readonly changed: boolean
  readonly ca: string | null
  readonly certificate: string | null
  readonly sealed_key: string | null
}

/** Reads all TLS profiles of a service, without the texts of those whose revision is known. */
export async function readProfiles(
  sql: Sql,
  serviceId: string,
  known: Readonly<Record<string, string>>,
): Promise<StoredProfile[]> {
  return sql<StoredProfile[]>`
    /* duly:read_tls_profiles */
    select
      name, revision, changed, case when changed then ca end as ca, case when changed then certificate end as certificate,
      case when changed then sealed_key end as sealed_key
    from tls_profile
    cross join lateral (
      select version || ' ' || extract(epoch from created_at) as revision
    ) as own
    cross join lateral (
      select ${sql.json(known)}::jsonb ->> name is distinct from revision as changed
    ) as compared
    where service_id = ${serviceId}`
}

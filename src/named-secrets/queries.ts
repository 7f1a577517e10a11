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
import type { Sql } from '../database/sql.ts'
import type { Caller } from '../http/caller.ts'
import { type Deletion, deletionColumns, usersNamed } from '../http/in-use.ts'
import type { NamedSecret } from './model.ts'

/** How many named secrets a service may have. */
export const maxSecrets = 500

/** SQL for the columns of a named secret that the API returns, of a row named `secret`. */
const columns = (sql: Sql) => sql`
  secret.name, secret.created_at, secret.updated_at,
  (
    select count(distinct task_id)::integer
    from task_secret
    where task_secret.service_id = secret.service_id
      and task_secret.name = secret.name
  ) as tasks`

/**
 * Sets the value of a named secret, and creates it if there is none.
 * @param sealed the encrypted value
 * @returns undefined when the service has as many secrets as it may have, and none of this name
 */
export async function putSecret(
  sql: Sql,
  caller: Caller,
  name: string,
  sealed: string,
): Promise<{ secret: NamedSecret; isNew: boolean } | undefined> {
  const [row] = await sql<(NamedSecret & { version: number })[]>`
    /* duly:put_secret */
    with written as (
      insert into secret (service_id, name, sealed)
      select ${caller.serviceId}, ${name}, ${sealed}
      where exists (select from secret where service_id = ${caller.serviceId} and name = ${name})
        or (select count(*) from secret where service_id = ${caller.serviceId}) < ${maxSecrets}::integer
      on conflict (service_id, name) do update
      set sealed = excluded.sealed,
          version = secret.version + 1,
          updated_at = excluded.updated_at
      returning *
    ), audited as (
      ${auditing(
        sql,
        caller.actor(),
        sql`
          select
            service_id, null::uuid, name, 'secret_set', case when version > 1 then '{}'::jsonb end, '{}'::jsonb,
            '{}'::text[]
          from written`,
      )}
    )
    select ${columns(sql)}, version
    from written as secret`
  if (!row) return undefined
  const { version, ...secret } = row
  return { secret, isNew: version === 1 }
}

/** Schema of the position of a named secret in the list. */
export const secretPosition = Type.Object({ name: Type.String() })

type SecretPosition = Static<typeof secretPosition>

/** Reads a batch of the named secrets of a service, by name, as JSON. */
export async function listBatch(
  sql: Sql,
  serviceId: string,
  start: BatchStart<SecretPosition>,
): Promise<CountedBatch<SecretPosition>> {
  const { last } = start
  const [row] = await sql<[BatchRow<SecretPosition>]>`
    /* duly:list_secrets */
    with matched as materialized (
      select ${columns(sql)}
      from secret
      where service_id = ${serviceId}
        ${last === undefined ? sql`` : sql`and name > ${last.name}`}
      order by name
      ${batchLimit(sql, start)}
    ), ${boundedBatch(sql, sql`200`, start)}
    ${selectBatch(
      sql,
      sql`
        batch.name, ${rfc3339(sql, sql`batch.created_at`)} as created_at, ${rfc3339(sql, sql`batch.updated_at`)} as updated_at,
        batch.tasks`,
      ['name'],
    )}`
  return toBatch(row)
}

/**
 * Deletes a named secret that no task uses.
 * @returns whether it was deleted, how many tasks use it, and some of these; undefined when there is no such secret
 * @throws the driver's error 23503 (foreign key violation) when a task that uses it is being written
 */
export async function deleteSecret(sql: Sql, caller: Caller, name: string): Promise<Deletion | undefined> {
  const [row] = await sql<Deletion[]>`
    /* duly:delete_secret */
    with target as materialized (
      select service_id, name
      from secret
      where service_id = ${caller.serviceId}
        and name = ${name}
      for update
    ), used as materialized (
      select distinct task_secret.service_id, task_secret.task_id
      from target
      join task_secret on task_secret.service_id = target.service_id and task_secret.name = target.name
    ), users as (
      select task.id, task.name
      from used
      join task on task.service_id = used.service_id and task.id = used.task_id
      order by task.name, task.id
      limit ${usersNamed}
    ), deleted as (
      delete from secret
      using target
      where secret.service_id = target.service_id
        and secret.name = target.name
        and not exists (select from used)
      returning secret.service_id, secret.name
    ), audited as (
      ${auditing(
        sql,
        caller.actor(),
        sql`select service_id, null::uuid, name, 'secret_deleted', '{}'::jsonb, null::jsonb, '{}'::text[] from deleted`,
      )}
    )
    select
      ${deletionColumns(sql)}
    from target`
  return row
}

/** A named secret as it is stored. */
export interface StoredSecret {
  readonly name: string
  readonly version: number
  /** The encrypted value; null when the version is the one that is known. */
  readonly sealed: string | null
}

/** Reads all named secrets of a service, without the values of those whose version is known. */
export async function readSecrets(
  sql: Sql,
  serviceId: string,
  known: Readonly<Record<string, number>>,
): Promise<StoredSecret[]> {
  return sql<StoredSecret[]>`
    /* duly:read_secrets */
    select name, version, case when ${sql.json(known)}::jsonb -> name is distinct from to_jsonb(version) then sealed end as sealed
    from secret
    where service_id = ${serviceId}`
}

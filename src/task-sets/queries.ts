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
import { columns, type StoredTask } from '../tasks/queries.ts'
import type { TaskSet } from './model.ts'
import type { Applied, Candidate, CandidateTask } from './read-set.ts'

/** Schema of the position of a task set in the list. */
export const setPosition = Type.Object({ name: Type.String() })
type SetPosition = Static<typeof setPosition>

/** Reads a batch of the task sets of a service, by name, as JSON. */
export async function listSets(
  sql: Sql,
  serviceId: string,
  start: BatchStart<SetPosition>,
): Promise<CountedBatch<SetPosition>> {
  const { last } = start
  const [row] = await sql<[BatchRow<SetPosition>]>`
    /* duly:list_task_sets */
    with matched as materialized (
      select task_set.*, ${memberCount(sql)} as members
      from task_set
      where service_id = ${serviceId}
        ${last === undefined ? sql`` : sql`and name > ${last.name}`}
      order by name
      ${batchLimit(sql, start)}
    ), ${boundedBatch(sql, sql`300`, start)}
    ${selectBatch(
      sql,
      sql`
        batch.name, batch.revision, batch.actor, batch.source, ${rfc3339(sql, sql`batch.created_at`)} as created_at,
        ${rfc3339(sql, sql`batch.applied_at`)} as applied_at, batch.members`,
      ['name'],
    )}`
  return toBatch(row)
}

const memberCount = (sql: Sql) => sql`
  (
    select count(*)::integer
    from task_set_member
    where task_set_member.service_id = task_set.service_id
      and task_set_member.set_name = task_set.name
  )`

/** Returns a task set; undefined when the service has none of this name. */
export async function findSet(sql: Sql, serviceId: string, name: string): Promise<TaskSet | undefined> {
  const [row] = await sql<TaskSet[]>`
    /* duly:find_task_set */
    select name, revision, actor, source, created_at, applied_at, ${memberCount(sql)} as members
    from task_set
    where service_id = ${serviceId}
      and name = ${name}`
  return row
}

/** A member with its task. */
export interface Member extends Candidate {
  readonly member_key: string
  readonly applied: Applied
  readonly applied_at: string
}

/**
 * Returns members of a set with their tasks, by key.
 * @param after the key behind which they begin; undefined for the first
 * @param limit undefined for all
 */
export async function listMembers(
  sql: Sql,
  serviceId: string,
  name: string,
  after?: string,
  limit?: number,
): Promise<readonly Member[]> {
  type Row = Omit<Member, 'task'> &
    Omit<StoredTask, 'version'> &
    Omit<CandidateTask, 'version'> & { version: number | null }
  const rows = await sql<Row[]>`
    /* duly:list_task_set_members */
    select
      ${columns(sql)}, task.version, task.secret_header, task.sealed_url, task.given_at,
      member.task_id, member.key as member_key, member.applied, member.applied_version, member.applied_at
    from task_set_member as member
    left join task on task.service_id = member.service_id and task.id = member.task_id and task.deleted_at is null
    where member.service_id = ${serviceId}
      and member.set_name = ${name}
      ${after === undefined ? sql`` : sql`and member.key > ${after}`}
    order by member.key
    limit ${limit ?? null}`
  return rows.map(({ task_id, member_key, applied, applied_version, applied_at, ...task }) => ({
    ...{ task_id, member_key, applied, applied_version, applied_at, other_set: null },
    task: task.version === null ? null : (task as CandidateTask),
  }))
}

/** Forgets a set. Its tasks stay. @returns whether there was one */
export async function deleteSet(sql: Sql, caller: Caller, name: string): Promise<boolean> {
  const [row] = await sql<{ name: string }[]>`
    /* duly:delete_task_set */
    with deleted as (
      delete from task_set
      where service_id = ${caller.serviceId}
        and name = ${name}
      returning service_id, name, revision
    ), audited as (
      ${auditing(
        sql,
        caller.actor(),
        sql`
          select
            service_id, null::uuid, name, 'task_set_deleted', jsonb_build_object('revision', revision), null::jsonb, '{}'::text[]
          from deleted`,
      )}
    )
    select name
    from deleted`
  return row !== undefined
}

import type { Sql } from '../database/sql.ts'
import type { SealedHeader } from '../secrets/secrets.ts'
import type { FieldName } from '../task-fields/fields.ts'
import { columns, type StoredTask } from '../tasks/queries.ts'

/** What a set has applied to a task. */
export interface Applied {
  /** The fields that the set owns, as they are stored: secret values are masked. */
  readonly fields: Partial<Record<FieldName, unknown>>
  /** Hashes of the secret values, by the name of their header in lower case, and of a secret URL under `/url`. */
  readonly secrets: Readonly<Record<string, string>>
  /** The earlier key that the file named in `moved`. That move is done, and is not done again while the file still names it. */
  readonly moved_from?: string
}

/** A task that a plan has to do with: a member of the set, or one that has a wanted key or name. */
export interface Candidate {
  readonly task_id: string
  /** The key by which the set knows it; null for a task that is not a member. */
  readonly member_key: string | null
  readonly applied: Applied | null
  readonly applied_version: number | null
  /** Another set that the task belongs to. */
  readonly other_set: string | null
  /** Null for a member whose task was deleted. */
  readonly task: CandidateTask | null
}

/** A stored task, with what a plan compares besides its fields. */
export interface CandidateTask extends StoredTask {
  readonly secret_header: SealedHeader | null
  readonly sealed_url: string | null
  /** The time that a request gave for the next run; null if it was computed. */
  readonly given_at: string | null
}

/** What is stored of a set, and of the tasks that a plan may change. */
export interface StoredSet {
  /** 0 if there is no such set. */
  readonly revision: number
  /** The database's time. */
  readonly now: string
  readonly candidates: readonly Candidate[]
}

/**
 * Reads the members of a set with their tasks, the tasks that have one of the keys, and those without a key and a set that
 * have one of the names.
 */
export async function readSet(
  sql: Sql,
  serviceId: string,
  name: string,
  keys: readonly string[],
  names: readonly string[],
): Promise<StoredSet> {
  type Row = Omit<Candidate, 'task'> & CandidateTask & { revision: number; now: string; version: number | null }
  const rows = await sql<(Row | { task_id: null; revision: number; now: string })[]>`
    /* duly:read_task_set */
    with member as (
      select key, task_id, applied, applied_version
      from task_set_member
      where service_id = ${serviceId}
        and set_name = ${name}
    ), wanted as (
      select task_id
      from member
      union
      select task_id
      from task_key
      where service_id = ${serviceId}
        and key = any(${keys as string[]}::text[])
      union
      select id
      from task
      where service_id = ${serviceId}
        and deleted_at is null
        and key is null
        and name = any(${names as string[]}::text[])
        and cardinality(${names as string[]}::text[]) > 0
    )
    select
      ${columns(sql)}, task.version, task.secret_header, task.sealed_url, task.given_at,
      wanted.task_id, member.key as member_key, member.applied, member.applied_version, other.set_name as other_set,
      coalesce((select revision from task_set where service_id = ${serviceId} and name = ${name}), 0) as revision,
      now() as now
    from (select) as one
    left join wanted on true
    left join member on member.task_id = wanted.task_id
    left join task_set_member as other
      on other.service_id = ${serviceId} and other.task_id = wanted.task_id and other.set_name <> ${name}
    left join task on task.service_id = ${serviceId} and task.id = wanted.task_id and task.deleted_at is null`
  const [first] = rows
  const candidates = rows.flatMap((row): Candidate[] => {
    if (row.task_id === null) return []
    const { task_id, member_key, applied, applied_version, other_set, revision: _, now: __, ...task } = row
    return [{ task_id, member_key, applied, applied_version, other_set, task: task.version === null ? null : task }]
  })
  return { revision: first?.revision ?? 0, now: first?.now ?? '', candidates }
}

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
    with wanted as (
      select task_id
      from task_set_member
      where service_id = ${serviceId}
        and set_name = ${name}
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
    -- Looks of one row each: right after a large apply the planner takes the tables for small and would join them by loops.
    select
      ${columns(sql)}, task.version, task.secret_header, task.sealed_url, task.given_at,
      wanted.task_id, case when member.set_name = ${name} then member.key end as member_key,
      case when member.set_name = ${name} then member.applied end as applied, member.applied_version,
      nullif(member.set_name, ${name}) as other_set,
      coalesce((select revision from task_set where service_id = ${serviceId} and name = ${name}), 0) as revision,
      now() as now
    from (select) as one
    left join wanted on true
    left join lateral (
      select *
      from task_set_member
      where service_id = ${serviceId}
        and task_set_member.task_id = wanted.task_id
      limit 1
    ) member on true
    left join lateral (
      select *
      from task
      where service_id = ${serviceId}
        and id = wanted.task_id
        and deleted_at is null
      limit 1
    ) task on true`
  const [first] = rows
  const candidates = rows.flatMap((row): Candidate[] => {
    if (row.task_id === null) return []
    const { task_id, member_key, applied, applied_version, other_set, revision: _, now: __, ...task } = row
    return [{ task_id, member_key, applied, applied_version, other_set, task: task.version === null ? null : task }]
  })
  return { revision: first?.revision ?? 0, now: first?.now ?? '', candidates }
}

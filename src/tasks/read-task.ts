import type { Sql } from '../database/sql.ts'
import { heldResponse, partsOf } from '../http/held-body.ts'
import { slotOf } from '../transitions/spread.ts'
import { columns, type ReturnedName, type StoredTask } from './queries.ts'

/** Fields that a run changes, without a new version. */
const moving: ReadonlySet<string> = new Set([
  'scheduled_at',
  'starts_at',
  'runs_left',
  'status',
] satisfies ReturnedName[])

/** A task as it is read to be returned. */
export interface ReadTask {
  readonly task: Partial<StoredTask>
  readonly version: number
  /** Whether it is certain that no run has changed the task since its version was written. */
  readonly isUnmoved: boolean
}

/**
 * Reads some fields of a task; undefined when the service has no such task. The others are not read.
 *
 * A run raises `scheduled_at`, lowers `runs_left`, and may disable a task that runs once, all without a new version. That this has not happened is
 * certain as long as the next run is the given one, or the first one that was counted from the creation, and for a task that
 * does not run. The runs of a cron pattern are not computed here, and time zone rules may move them.
 */
export async function readTask(
  sql: Sql,
  serviceId: string,
  id: string,
  names: readonly ReturnedName[],
): Promise<ReadTask | undefined> {
  const [row] = await sql<({ version: number; is_unmoved: boolean } & Partial<StoredTask>)[]>`
    /* duly:read_task */
    select
      ${columns(sql, names)},
      version,
      scheduled_at is not null
      and not once_running
      and cron is null
      and (
        status <> 'active'
        or ${slotOf(sql, sql`task`)} is not distinct from given_at
        or (
          version = 1
          and given_at is null
          and ${slotOf(sql, sql`task`)} = created_at + frequency * ('1 ' || unit)::interval
        )
      ) as is_unmoved
    from task
    where service_id = ${serviceId}
      and id = ${id}
      and deleted_at is null`
  if (!row) return undefined
  const { version, is_unmoved, ...task } = row
  return { task, version, isUnmoved: is_unmoved }
}

/**
 * Responds with a task. Its ETag is its version, for If-Match; If-None-Match with it is 304 only if the body is certain to be
 * the same.
 */
export function taskResponse(request: Request, serviceId: string, { task, version, isUnmoved }: ReadTask) {
  const etag = `"${version}"`
  const isSame = isUnmoved || !Object.keys(task).some((name) => moving.has(name))
  return heldResponse({ request, serviceId, parts: partsOf(JSON.stringify(task)), etag, revalidates: isSame })
}

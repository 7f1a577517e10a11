import { faultOf } from '../database/fault.ts'
import type { Sql } from '../database/sql.ts'
import { countUnsent, noteEnds } from '../tally/pending.ts'
import { type Allotment, type Cursor, firstCursor } from './allotment.ts'
import { isInLine, isQueuedDue, isSlotDue } from './predicates.ts'
import { recordFailures } from './record-failures.ts'
import type { SettledSlot } from './settled.ts'
import { slotOf } from './spread.ts'

/** The first due task of a service. */
interface Head {
  readonly id: string
  readonly scheduled_at: string
  readonly slot_at: string
}

/** The result of postponing a slot that cannot be claimed. */
export interface Postponed {
  readonly task_id: string
  /** Whether it was postponed; false if the database rejected that, too. */
  readonly done: boolean
  /** The position of the slot, after which the claim continues. */
  readonly cursor: Cursor
  /** The slot, if a failed execution could be inserted for it; else empty. */
  readonly settled: readonly SettledSlot[]
}

/**
 * Postpones a service's first due slot by an hour because it cannot be claimed, and inserts a failed execution for it if
 * the database allows it.
 * @param error the error of the claim
 * @returns undefined when no slot is due
 * @throws an error that concerns the whole database
 */
export async function postponeSlot(
  sql: Sql,
  { service_id, after = firstCursor, flow }: Allotment,
  error: unknown,
): Promise<Postponed | undefined> {
  const [head] = await sql<Head[]>`
    /* duly:find_first_slot */
    select id, scheduled_at, ${slotOf(sql, sql`task`)} as slot_at
    from task
    where service_id = ${service_id}
      and ${isSlotDue(sql)}
      and ${isInLine(sql, flow && sql`${flow.name}`)}
      and (scheduled_at, id) > (${after.scheduled_at}::timestamptz, ${after.id}::uuid)
    order by scheduled_at, id
    limit 1`
  if (!head) return undefined
  const reason = `not sent, and put off by an hour: ${String((error as Error).message).slice(0, 200)}`
  const moved = sql`
    update task
    set scheduled_at = now() + interval '1 hour'
    where service_id = ${service_id}
      and id = ${head.id}
      and scheduled_at = ${head.scheduled_at}`
  const settled = await unlessRejected(
    sql<SettledSlot[]>`
      /* duly:postpone_slot */
      with moved as (
        ${moved}
        returning service_id, id, gen_random_uuid() as slot_id
      ),
      tallied as (
        ${countUnsent(sql, 'failed', sql`select service_id, 1 as count from moved`)}
      ),
      failing as (
        ${noteEnds(
          sql,
          sql`select service_id, id as task_id, 'failed' as status, ${reason} as error, now() as ran_at, true as settled from moved`,
        )}
      ),
      ${recordFailures(
        sql,
        sql`
          select
            service_id, id as task_id, now() as created_at, slot_id as id, null::integer as status_code, ${reason}::text as error,
            true as settled
          from moved`,
      )}
      insert into execution (service_id, task_id, id, slot_id, scheduled_for, status, error)
      select service_id, id, slot_id, slot_id, ${head.slot_at}, 'failed', ${reason}
      from moved
      returning service_id, task_id, slot_id, id as execution_id, status, error`,
  )
  const done =
    settled !== undefined || (await unlessRejected(sql`/* duly:postpone_slot_only */ ${moved}`)) !== undefined
  return { task_id: head.id, done, cursor: head, settled: settled ?? [] }
}

/**
 * Postpones a service's first due queued execution by an hour because it cannot be claimed.
 * @returns undefined when none is due
 * @throws an error that concerns the whole database
 */
export async function postponeQueued(
  sql: Sql,
  { service_id, flow }: Allotment,
): Promise<Pick<Postponed, 'task_id' | 'done'> | undefined> {
  const [head] = await sql<{ id: string }[]>`
    /* duly:find_first_queued */
    select id
    from task
    where service_id = ${service_id}
      and ${isQueuedDue(sql)}
      and ${isInLine(sql, flow && sql`${flow.name}`)}
    order by queued_for
    limit 1`
  if (!head) return undefined
  const postponed = await unlessRejected(sql`
    /* duly:postpone_queued */
    update task
    set queued_for = now() + interval '1 hour'
    where service_id = ${service_id}
      and id = ${head.id}
      and ${isQueuedDue(sql)}`)
  return { task_id: head.id, done: postponed !== undefined }
}

/**
 * Returns the rows of a statement; undefined if the database rejects it.
 * @throws an error that concerns the whole database
 */
async function unlessRejected<T>(statement: PromiseLike<T>): Promise<T | undefined> {
  try {
    return await statement
  } catch (error) {
    if (faultOf(error) === 'database') throw error
    return undefined
  }
}

import type { RepeatedErrors } from '../background/repeated-errors.ts'
import { faultOf } from '../database/fault.ts'
import type { Sql } from '../database/sql.ts'
import { countUnsent, noteEnds } from '../tally/pending.ts'
import { type Allotment, type Cursor, firstCursor } from './allotment.ts'

const reason = (error: unknown) => String((error as Error).message).slice(0, 200)

interface Head {
  id: string
  scheduled_at: string
}

/**
 * Puts a service's first due slot off by an hour, because it cannot be taken, and leaves a failed execution in its place
 * where that can be written.
 * @returns where the claim goes on: behind a slot that could not be put off either; undefined when there is none
 */
export async function postponeSlot(
  sql: Sql,
  repeatedErrors: RepeatedErrors,
  { service_id, after = firstCursor }: Allotment,
  error: unknown,
): Promise<Cursor | undefined> {
  const [head] = await sql<Head[]>`
    select id, scheduled_at
    from task
    where service_id = ${service_id}
      and status = 'active'
      and not once_running
      and scheduled_at <= now()
      and (scheduled_at, id) > (${after.scheduled_at}::timestamptz, ${after.id}::uuid)
    order by scheduled_at, id
    limit 1`
  if (!head) return undefined
  const what = `not sent, and put off by an hour: ${reason(error)}`
  const moved = sql`
    update task
    set scheduled_at = now() + interval '1 hour'
    where service_id = ${service_id}
      and id = ${head.id}
      and scheduled_at = ${head.scheduled_at}`
  const done =
    (await succeeds(
      sql`
        with moved as (
          ${moved}
          returning service_id, id, gen_random_uuid() as slot_id
        ), tallied as (
          ${countUnsent(sql, 'failed', sql`select service_id, 1 as count from moved`)}
        ), failing as (
          ${noteEnds(
            sql,
            sql`select service_id, id as task_id, 'failed' as status, ${what} as error, now() as ran_at from moved`,
          )}
        )
        insert into execution (service_id, task_id, id, slot_id, scheduled_for, status, error)
        select service_id, id, slot_id, slot_id, ${head.scheduled_at}, 'failed', ${what}
        from moved`,
    )) || (await succeeds(moved))
  repeatedErrors.report(
    head.id,
    error,
    `a slot cannot be taken${done ? '; it is put off by an hour' : ', nor put off'}`,
  )
  return head
}

/** The same for a service's first execution that waits: it waits an hour more. */
export async function postponeQueued(
  sql: Sql,
  repeatedErrors: RepeatedErrors,
  { service_id }: Allotment,
  error: unknown,
): Promise<void> {
  const [head] = await sql<{ id: string }[]>`
    select id
    from task
    where service_id = ${service_id}
      and queued_for <= now()
      and not queued_running
    order by queued_for
    limit 1`
  if (!head) return
  const done = await succeeds(sql`
    update task
    set queued_for = now() + interval '1 hour'
    where service_id = ${service_id}
      and id = ${head.id}
      and queued_for <= now()`)
  repeatedErrors.report(
    head.id,
    error,
    `what waits cannot be taken${done ? '; it waits an hour more' : ', nor put off'}`,
  )
}

/** Whether the database does it. @throws what is wrong with the whole database */
async function succeeds(statement: PromiseLike<unknown>): Promise<boolean> {
  try {
    await statement
    return true
  } catch (error) {
    if (faultOf(error) === 'database') throw error
    return false
  }
}

import { expect } from 'bun:test'
import type { Sql } from '../../src/database/sql.ts'
import { maxRedeliveries } from '../../src/transitions/predicates.ts'
import { sql } from './database.ts'
import { eventually } from './eventually.ts'
import type { Sent, Target } from './target.ts'

export interface Allowed {
  /** Retries that a task may have asked for. */
  readonly retries?: number
  /** Set where a lease ended under a call, on purpose: two sends of one task may then overlap. */
  readonly overlap?: boolean
  /** Set where rows of executions were taken away, on purpose: sends may have none. */
  readonly rowsGone?: boolean
  /** How long what is broken may take to be mended, in ms. */
  readonly withinMs?: number
  /** Another database than the tests' own. */
  readonly database?: Sql
}

/**
 * What holds after every fault, at the latest within some seconds: no task is lost, nothing is open or waits for ever,
 * every slot was sent once and not more often than it may be, never twice at the same time, and every send has a row.
 */
export async function expectInvariants(
  targets: Target | readonly Target[],
  { retries = 0, overlap = false, rowsGone = false, withinMs = 10_000, database = sql }: Allowed = {},
): Promise<void> {
  let broken: string[] = []
  await eventually(
    async () => {
      broken = await brokenRows(database)
      return broken.length === 0
    },
    () => `the invariants do not hold:\n${broken.join('\n')}`,
    withinMs,
  )
  // Only now: what was in flight when the waiting began is there as well.
  const sent = [targets].flat().flatMap((target) => (target as Target).sent)
  const bySlot = Map.groupBy(sent, (one) => one.key)
  for (const [slot, sends] of bySlot)
    expect(sends.length, `sends of slot ${slot}`).toBeLessThanOrEqual((1 + maxRedeliveries) * (1 + retries))
  expect(await unsentSlots(database, bySlot), 'slots that ended without a send, and do not say why').toEqual([])
  if (!rowsGone) expect(await sendsWithoutRow(database, sent), 'sends without an execution').toEqual([])
  if (!overlap) expect(overlaps(sent), 'sends of one task at the same time').toEqual([])
}

interface Broken {
  what: string
  id: string
}

async function brokenRows(sql: Sql): Promise<string[]> {
  const rows = await sql<Broken[]>`
    select 'an active task without a next time' as what, id
    from task
    where status = 'active'
      and scheduled_at is null
    union all
    select 'paused until a time, and not paused', id
    from task
    where paused_until is not null
      and status <> 'paused'
    union all
    select 'follows an attempt that a person has stopped', later.id
    from execution stopped
    join execution later
      on later.service_id = stopped.service_id
      and later.task_id = stopped.task_id
      and later.slot_id = stopped.slot_id
      and later.created_at > stopped.created_at
    where stopped.stop_requested_at is not null
    union all
    select 'started without a replica whose lease holds', execution.id
    from execution
    left join replica on replica.id = execution.replica_id and replica.lease_until > now()
    where execution.status = 'started'
      and replica.id is null
    union all
    select 'queued, and no task points at it', execution.id
    from execution
    left join task
      on task.service_id = execution.service_id
      and task.id = execution.task_id
      and task.queued_id = execution.id
      and task.queued_created_at = execution.created_at
      and task.deleted_at is null
    where execution.status = 'queued'
      and task.id is null
    union all
    select 'points at a queued execution that is none', task.id
    from task
    where queued_id is not null
      and not exists (
        select from execution
        where execution.service_id = task.service_id
          and execution.task_id = task.id
          and execution.id = task.queued_id
          and execution.status = 'queued'
      )
    union all
    select 'counts as running, and nothing runs', task.id
    from task
    where queued_running
      and deleted_at is null
      and not exists (
        select from execution
        where execution.service_id = task.service_id
          and execution.task_id = task.id
          and execution.id = task.current_execution_id
          and execution.status = 'started'
      )
    union all
    select 'its only slot is taken, and nothing is open', task.id
    from task
    where once_running
      and deleted_at is null
      and queued_id is null
      and not exists (
        select from execution
        where execution.service_id = task.service_id
          and execution.task_id = task.id
          and execution.id = task.current_execution_id
          and execution.status = 'started'
      )
    union all
    select 'failed, and not recorded so, or recorded as settled although an attempt follows or the other way round', execution.id
    from execution
    left join failed_execution
      on failed_execution.service_id = execution.service_id
      and failed_execution.created_at = execution.created_at
      and failed_execution.id = execution.id
    where execution.status = 'failed'
      and failed_execution.settled is distinct from not exists (
        select from execution later
        where later.service_id = execution.service_id
          and later.task_id = execution.task_id
          and later.slot_id = execution.slot_id
          -- Not by time: the clock of the database may have been set back in between.
          and (later.attempt, later.redelivery) > (execution.attempt, execution.redelivery)
      )
    union all
    select 'recorded as failed, and did not', execution.id
    from failed_execution
    join execution
      on execution.service_id = failed_execution.service_id
      and execution.task_id = failed_execution.task_id
      and execution.created_at = failed_execution.created_at
      and execution.id = failed_execution.id
    where execution.status <> 'failed'`
  return rows.map(({ what, id }) => `${what}: ${id}`)
}

/** Slots all of whose executions have ended, that were never sent: unless an error says that it was not. */
async function unsentSlots(sql: Sql, sent: ReadonlyMap<string, unknown>): Promise<string[]> {
  const rows = await sql<{ slot_id: string }[]>`
    select slot_id
    from execution
    where status <> 'skipped'
    group by slot_id
    having bool_and(status in ('success', 'failed'))
      and not coalesce(bool_or(error ~ '^(not sent|lost|interrupted)'), false)`
  return rows.map((row) => row.slot_id).filter((slot) => !sent.has(slot))
}

async function sendsWithoutRow(sql: Sql, sent: readonly Sent[]): Promise<string[]> {
  const ids = [...new Set(sent.map((one) => one.execution))]
  const rows = await sql<{ id: string }[]>`select id from execution where id = any(${ids}::uuid[])`
  const known = new Set(rows.map((row) => row.id))
  return ids.filter((id) => !known.has(id))
}

function overlaps(sent: readonly Sent[]): string[] {
  const found: string[] = []
  for (const [task, sends] of Map.groupBy(sent, (one) => one.task)) {
    const ordered = sends.toSorted((one, other) => one.at - other.at)
    for (const [index, one] of ordered.entries()) {
      const next = ordered[index + 1]
      if (next && next.at < (one.endedAt ?? Number.POSITIVE_INFINITY))
        found.push(`task ${task}: ${one.execution} and ${next.execution}`)
    }
  }
  return found
}

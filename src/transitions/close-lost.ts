import type { Fragment, Sql } from '../database/sql.ts'
import { countClosed } from '../tally/pending.ts'
import { leaseAtMostSeconds } from './claim-fence.ts'
import { followUp } from './follow-up.ts'
import { hasSettled, recordClosedFailures } from './record-failures.ts'
import { type SettledSlot, settledAsJson } from './settled.ts'

/** A replica as the others see it. */
export interface SeenReplica {
  readonly id: string
  readonly host: string
  readonly lease_until: string
  readonly oldest_open_at: string
  /** Whether its lease has ended by the database's clock. */
  readonly has_ended: boolean
  /** Whether its lease ends later than any lease that is written now can: the database's clock was ahead. */
  readonly reaches_too_far: boolean
}

/** A replica to be recovered. `lease_until` is null if its row no longer exists. */
export interface LostReplica extends Pick<SeenReplica, 'id' | 'host' | 'oldest_open_at'> {
  readonly lease_until: string | null
}

/** What a statement has closed in the name of lost replicas. */
export interface ClosedLost {
  readonly count: number
  /** Slots that are not sent again, because they have been redelivered as often as allowed or their task is not active. */
  readonly settled: readonly SettledSlot[]
}

/** All replicas that have a row. */
export async function listReplicas(sql: Sql): Promise<SeenReplica[]> {
  return sql<SeenReplica[]>`
    /* duly:list_replicas */
    select
      id, host, lease_until, oldest_open_at, lease_until < now() as has_ended,
      lease_until > now() + make_interval(secs => ${leaseAtMostSeconds}) as reaches_too_far
    from replica`
}

/** Whether the lease of a lost replica is still the one that was seen, or its row still missing: SQL for a `where`. */
const isStillLost = (sql: Sql, lost: LostReplica, row: Fragment) =>
  lost.lease_until === null ? sql`not exists (select from replica where id = ${lost.id})` : sql`exists (${row})`

/** Ids of the executions that a lost replica has left open. */
export async function listLeftOpen(sql: Sql, lost: LostReplica): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    /* duly:list_left_open */
    select id
    from execution
    where replica_id = ${lost.id}
      and status = 'started'
      and created_at >= ${lost.oldest_open_at}`
  return rows.map((row) => row.id)
}

/**
 * Closes executions that a lost replica left open as failed, and queues their slots again, each three times at most. One
 * statement, which locks the replica's row: if another replica was first, or the lost one has renewed its lease, nothing
 * changes. Executions and tasks that another transaction has locked are left for the next time.
 * @param ids as `listLeftOpen` returned them
 */
export async function recoverLeftOpen(sql: Sql, lost: LostReplica, ids: readonly string[]): Promise<ClosedLost> {
  const [row] = await sql<ClosedLost[]>`
    /* duly:recover_left_open */
    with row_of_lost as materialized (
      select id
      from replica
      where id = ${lost.id}
        and lease_until = ${lost.lease_until}::timestamptz
      for update skip locked
    ),
    left_open as materialized (
      select execution.service_id, execution.task_id, execution.created_at, execution.id, ${lost.host}::text as host
      from execution
      join task on task.service_id = execution.service_id and task.id = execution.task_id
      where ${isStillLost(sql, lost, sql`select from row_of_lost`)}
        and execution.replica_id = ${lost.id}
        and execution.status = 'started'
        and execution.created_at >= ${lost.oldest_open_at}
        and execution.id = any(${ids as string[]}::uuid[])
      for update of task, execution skip locked
    ),
    ${closeLost(sql)}
    ${closedLost(sql)}`
  return row as ClosedLost
}

/**
 * CTEs that close the executions in a CTE `left_open` (service_id, task_id, created_at, id, host) as lost, count them, and
 * queue their slots again.
 */
export const closeLost = (sql: Sql): Fragment => sql`
  closed as (
    update execution
    set status = 'failed',
        error = 'lost: the replica on ' || left_open.host || ' stopped during the call; whether it arrived is not known'
          || case when execution.stop_requested_at is null then '' else '; not sent again, because a person had stopped waiting for it' end
    from left_open
    where execution.service_id = left_open.service_id
      and execution.task_id = left_open.task_id
      and execution.created_at = left_open.created_at
      and execution.id = left_open.id
    returning
      execution.service_id, execution.task_id, execution.id, execution.slot_id, execution.scheduled_for,
      execution.missed_slots, execution.attempt, execution.redelivery, execution.stop_requested_at, execution.status, execution.error,
      execution.duration_ms, execution.created_at, execution.started_at, execution.status_code,
      null::interval as retry_in, true as redeliver
  ),
  ${followUp(sql)},
  ${countClosed(sql, hasSettled(sql))},
  ${recordClosedFailures(sql)}`

/** The query that ends a statement with the CTEs of `closeLost`: one row of `ClosedLost`. */
export const closedLost = (sql: Sql): Fragment => sql`
  select
    (select count(*)::integer from closed) as count,
    ${settledAsJson(
      sql,
      sql`
        select service_id, task_id, slot_id, id as execution_id, status, error
        from closed
        where id not in (select id from ended where has_next)`,
    )} as settled`

/**
 * Deletes the row of a lost replica once none of its executions is open. None of its claims may be under way.
 * @returns whether nothing of it remains
 */
export async function forgetReplica(sql: Sql, lost: LostReplica): Promise<boolean> {
  const [row] = await sql<{ forgotten: boolean }[]>`
    /* duly:forget_replica */
    with left_open as materialized (
      select
      from execution
      where execution.replica_id = ${lost.id}
        and execution.status = 'started'
        and execution.created_at >= ${lost.oldest_open_at}
      limit 1
    ),
    forgotten as (
      delete from replica
      where id = ${lost.id}
        and lease_until = ${lost.lease_until}::timestamptz
        and not exists (select from left_open)
      returning id
    )
    select
      case
        when ${lost.lease_until === null} then not exists (select from left_open)
        else exists (select from forgotten)
      end as forgotten`
  return row?.forgotten === true
}

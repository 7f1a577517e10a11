import type { Fragment, Sql } from '../database/sql.ts'
import { countClosed } from '../tally/pending.ts'
import { leaseAtMostSeconds } from './claim-fence.ts'
import { followUp } from './follow-up.ts'

/** A replica as the others see it. */
export interface SeenReplica {
  readonly id: string
  readonly host: string
  readonly lease_until: string
  readonly oldest_open_at: string
  /** Whether its lease has ended by the database's clock. */
  readonly has_ended: boolean
  /** Whether its lease reaches further than any that is written now: the database's clock was ahead. */
  readonly reaches_too_far: boolean
}

/** A replica to be recovered; `lease_until` is null for one whose row is gone. */
export interface LostReplica extends Pick<SeenReplica, 'id' | 'host' | 'oldest_open_at'> {
  readonly lease_until: string | null
}

/** All replicas that have a row. */
export async function listReplicas(sql: Sql): Promise<SeenReplica[]> {
  return sql<SeenReplica[]>`
    select
      id, host, lease_until, oldest_open_at, lease_until < now() as has_ended,
      lease_until > now() + make_interval(secs => ${leaseAtMostSeconds}) as reaches_too_far
    from replica`
}

/** Whether the lease of a lost replica is still as it was seen, or its row still gone: SQL for a `where`. */
const isStillLost = (sql: Sql, lost: LostReplica, row: Fragment) =>
  lost.lease_until === null ? sql`not exists (select from replica where id = ${lost.id})` : sql`exists (${row})`

/** What a lost replica has left open. */
export async function listLeftOpen(sql: Sql, lost: LostReplica): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select id
    from execution
    where replica_id = ${lost.id}
      and status = 'started'
      and created_at >= ${lost.oldest_open_at}`
  return rows.map((row) => row.id)
}

/**
 * Closes what a lost replica left open as failed and queues each slot again, at most so often. One statement, while the
 * replica's row is locked: whoever comes second, and a replica that renewed meanwhile, changes nothing. What somebody
 * else has locked is left for the next time.
 * @param ids executions as `listLeftOpen` gave them
 * @returns how many it closed
 */
export async function recoverLeftOpen(sql: Sql, lost: LostReplica, ids: readonly string[]): Promise<number> {
  const [row] = await sql<{ closed: number }[]>`
    with row_of_lost as materialized (
      select id
      from replica
      where id = ${lost.id}
        and lease_until = ${lost.lease_until}::timestamptz
      for update skip locked
    ), left_open as materialized (
      select execution.service_id, execution.task_id, execution.created_at, execution.id, ${lost.host}::text as host
      from execution
      join task on task.service_id = execution.service_id and task.id = execution.task_id
      where ${isStillLost(sql, lost, sql`select from row_of_lost`)}
        and execution.replica_id = ${lost.id}
        and execution.status = 'started'
        and execution.created_at >= ${lost.oldest_open_at}
        and execution.id = any(${ids as string[]}::uuid[])
      for update of task, execution skip locked
    ), ${closeLost(sql)}
    select count(*)::integer as closed
    from closed`
  return row?.closed ?? 0
}

/**
 * CTEs that close what is in a CTE `left_open` (service_id, task_id, created_at, id, host), count it, and queue each slot
 * again. They end with rows `closed`.
 */
export const closeLost = (sql: Sql) => sql`
  closed as (
    update execution
    set status = 'failed',
        error = 'lost: the replica on ' || left_open.host || ' stopped during the call; whether it arrived is not known'
    from left_open
    where execution.service_id = left_open.service_id
      and execution.task_id = left_open.task_id
      and execution.created_at = left_open.created_at
      and execution.id = left_open.id
    returning
      execution.service_id, execution.task_id, execution.id, execution.slot_id, execution.scheduled_for,
      execution.missed_slots, execution.attempt, execution.redelivery, execution.status, execution.error,
      execution.duration_ms, execution.created_at, execution.started_at,
      null::interval as retry_in, true as redeliver
  ), ${countClosed(sql)}, ${followUp(sql)}`

/**
 * Forgets a lost replica, once nothing that it opened is open any more. None of its claims may be under way.
 * @returns whether it is forgotten
 */
export async function forgetReplica(sql: Sql, lost: LostReplica): Promise<boolean> {
  const [row] = await sql<{ forgotten: boolean }[]>`
    with left_open as materialized (
      select
      from execution
      where execution.replica_id = ${lost.id}
        and execution.status = 'started'
        and execution.created_at >= ${lost.oldest_open_at}
      limit 1
    ), forgotten as (
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

import type { Sql } from '../database/connect.ts'
import { shards, tallyClosed } from '../overview/tally.ts'
import { sequel } from './sequel.ts'

export interface LostReplica {
  id: string
  host: string
  oldest_open_at: string
}

/** The replicas whose lease has ended. */
export async function listLostReplicas(sql: Sql): Promise<LostReplica[]> {
  return sql<LostReplica[]>`
    select id, host, oldest_open_at
    from replica
    where lease_until < now()`
}

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
 * @param only this execution, or undefined for all
 * @param atMost closes no more than so many
 * @returns how many it closed
 */
export async function recoverLeftOpen(
  sql: Sql,
  lost: LostReplica,
  { only, atMost }: { only?: string; atMost: number },
): Promise<number> {
  const [row] = await sql<{ closed: number }[]>`
    with gone as materialized (
      select id, host
      from replica
      where id = ${lost.id}
        and lease_until < now()
      for update skip locked
    ), left_open as materialized (
      select execution.service_id, execution.task_id, execution.created_at, execution.id, gone.host
      from gone
      join execution on execution.replica_id = gone.id
      join task on task.service_id = execution.service_id and task.id = execution.task_id
      where execution.status = 'started'
        and execution.created_at >= ${lost.oldest_open_at}
        and execution.id = coalesce(${only ?? null}::uuid, execution.id)
      limit ${atMost}
      for update of task, execution skip locked
    ), closed as (
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
    ), ${tallyClosed(sql, shards.other(lost.id))}, ${sequel(sql)}
    select count(*)::integer as closed
    from closed`
  return row?.closed ?? 0
}

/** Forgets a lost replica, once nothing that it opened is open any more. Returns whether it is forgotten. */
export async function forgetReplica(sql: Sql, lost: LostReplica): Promise<boolean> {
  const rows = await sql`
    delete from replica
    where id = ${lost.id}
      and lease_until < now()
      and not exists (
        select from execution
        where execution.replica_id = ${lost.id}
          and execution.status = 'started'
          and execution.created_at >= ${lost.oldest_open_at}
      )
    returning id`
  return rows.length === 1
}

import type { Sql } from '../database/connect.ts'
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

/**
 * Closes what a lost replica left open as failed and queues each slot again, at most so often; then the replica is
 * forgotten. One statement: whoever comes second, and a replica that renewed meanwhile, changes nothing.
 */
export async function recoverReplica(sql: Sql, lost: LostReplica): Promise<void> {
  await sql`
    with gone as (
      delete from replica
      where id = ${lost.id}
        and lease_until < now()
      returning id, host
    ), closed as (
      update execution
      set status = 'failed',
          error = 'lost: the replica on ' || gone.host || ' stopped during the call; whether it arrived is not known'
      from gone
      where execution.replica_id = gone.id
        and execution.status = 'started'
        and execution.created_at >= ${lost.oldest_open_at}
      returning
        execution.service_id, execution.task_id, execution.id, execution.slot_id, execution.scheduled_for,
        execution.missed_slots, execution.attempt, execution.redelivery, null::interval as retry_in, true as redeliver
    ), ${sequel(sql)}
    select count(*) from closed`
}

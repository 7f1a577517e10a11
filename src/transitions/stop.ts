import type { Fragment, Sql } from '../database/sql.ts'
import type { ExecutionKey } from './close-unfinished.ts'

/**
 * Asks the replica that runs an execution to stop waiting for its answer, as CTEs:
 *
 * - `stopped`: the execution, if it is running and nobody has asked before; else empty. It is not sent again, however it ends:
 *   see `mayRetry`. Its row moves, so that a statement which closes it at this moment sees the request.
 * - `told`: the request, which the replica finds by its own id
 */
export const stopWaiting = (sql: Sql, { service_id, task_id, created_at, id }: ExecutionKey): Fragment => sql`
  stopped as (
    update execution
    set stop_requested_at = now()
    where service_id = ${service_id}
      and task_id = ${task_id}
      and created_at = ${created_at}::text::timestamptz
      and id = ${id}
      and status = 'started'
      and stop_requested_at is null
    returning execution.*
  ),
  told as (
    insert into stop_request (replica_id, service_id, task_id, execution_created_at, execution_id)
    select replica_id, ${service_id}::uuid, task_id, created_at, id
    from stopped
    on conflict do nothing
  )`

/** Ids of the executions whose calls a replica is to end. Some of them may have ended since. */
export async function listStopRequests(sql: Sql, replicaId: string): Promise<string[]> {
  const rows = await sql<{ execution_id: string }[]>`
    /* duly:list_stop_requests */
    select execution_id
    from stop_request
    where replica_id = ${replicaId}`
  return rows.map(({ execution_id }) => execution_id)
}

/** Deletes the requests for executions that have ended. */
export async function purgeStopRequests(sql: Sql): Promise<void> {
  await sql`
    /* duly:purge_stop_requests */
    delete from stop_request
    -- A subquery of one row is a look by key for each request. With exists, a table without statistics, which is taken for one of
    -- many rows, would have every execution read.
    where (
      select true
      from execution
      where execution.service_id = stop_request.service_id
        and execution.task_id = stop_request.task_id
        and execution.created_at = stop_request.execution_created_at
        and execution.id = stop_request.execution_id
        and execution.status = 'started'
      limit 1
    ) is null`
}

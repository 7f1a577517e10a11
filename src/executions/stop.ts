import { auditing } from '../audit/entry.ts'
import type { Sql } from '../database/sql.ts'
import type { Caller } from '../http/caller.ts'
import { ApiError, executionNotFound, taskNotFound } from '../http/errors.ts'
import { stopWaiting } from '../transitions/stop.ts'
import { executionColumns } from './columns.ts'
import { findExecutionById } from './find-by-id.ts'
import { type Execution, type ExecutionRead, executionNames } from './model.ts'

/**
 * Asks the replica that runs an execution to stop waiting for its answer. Asked again, it changes nothing.
 * @param auditDays for how long the server keeps changes
 * @returns the execution, which still runs
 * @throws ApiError 404 when there is no such task or execution; 409 when the execution is queued or has ended
 */
export async function stopExecution(
  sql: Sql,
  caller: Caller,
  taskId: string,
  id: string,
  auditDays: number,
): Promise<ExecutionRead> {
  const found = await findExecutionById(sql, caller.serviceId, taskId, id, auditDays)
  if (found === undefined) throw taskNotFound()
  if (found === null) throw executionNotFound()
  if (found.status === 'queued') throw isQueued
  if (found.status !== 'started') throw hasEnded
  if (found.stop_requested_at !== null) return found
  // It may have ended meanwhile, or another request may have been first.
  const asked = await requestStop(sql, caller, found)
  const stopped = asked ? { ...found, ...asked } : await findExecutionById(sql, caller.serviceId, taskId, id, auditDays)
  if (stopped?.status !== 'started') throw hasEnded
  return stopped
}

/** Returns the execution; undefined if it does not run any more, or somebody has asked before. */
async function requestStop(
  sql: Sql,
  { serviceId, actor }: Caller,
  { task_id, created_at, id }: Execution,
): Promise<Execution | undefined> {
  const key = { service_id: serviceId, task_id, created_at, id }
  const [row] = await sql<Execution[]>`
    /* duly:stop_waiting */
    with ${stopWaiting(sql, key)},
    noted as (
      ${auditing(
        sql,
        actor(),
        sql`
          select task.service_id, task.id, task.name, 'execution_stopped', null::jsonb,
            jsonb_build_object('execution_id', stopped.id), '{}'::text[]
          from stopped
          join task on task.service_id = stopped.service_id and task.id = stopped.task_id`,
      )}
    )
    select ${executionColumns(sql, executionNames, sql`null::timestamptz`)}
    from stopped as execution`
  return row
}

const isQueued = new ApiError(
  'execution_queued',
  'This execution has not started, so nothing waits for an answer. Stop it once it runs; if it is a retry, pausing its task cancels it.',
)

const hasEnded = new ApiError(
  'execution_ended',
  'This execution has ended, so nothing waits for its answer any more. Read it to see how it ended.',
)

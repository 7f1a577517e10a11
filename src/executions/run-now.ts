import type { Sql } from '../database/sql.ts'
import type { Caller } from '../http/caller.ts'
import { ApiError, taskNotFound } from '../http/errors.ts'
import { findKey, keyUsed, resultGone } from '../idempotency/key.ts'
import type { Execution } from './model.ts'
import { findExecution, insertRunNow } from './queries.ts'

/**
 * Queues an execution of a task now. With an idempotency key that the same request used within 24 hours, returns the
 * execution that was queued then.
 * @throws ApiError 404 when there is no such task; 409 while an execution of the task is queued or running, when the key was
 * used for another request, or when the execution of the key was deleted
 */
export async function runNow(sql: Sql, caller: Caller, taskId: string, key: string | undefined): Promise<Execution> {
  const { serviceId } = caller
  const once = key === undefined ? undefined : { key, bodyHashes: [hashOfRun(taskId)] }
  const queued = await insertRunNow(sql, caller, taskId, once)
  if (queued === undefined) throw taskNotFound()
  if (queued.execution !== null) return queued.execution
  const known = once && (await findKey(sql, serviceId, once))
  if (!known || known.expired)
    throw new ApiError('task_busy', 'An execution of this task is queued or running: wait until it has ended.')
  if (!known.same) throw keyUsed()
  const { execution_created_at: created_at, execution_id: id } = known
  const execution = created_at && id ? await findExecution(sql, serviceId, taskId, { created_at, id }) : undefined
  if (!execution) throw resultGone()
  return execution
}

const hashOfRun = (taskId: string) => new Bun.CryptoHasher('sha256').update(`run ${taskId.toLowerCase()}`).digest()

import type { Sql } from '../database/sql.ts'
import type { Actor } from '../http/caller.ts'
import { purgeDeleted } from '../transitions/purge.ts'
import { retireTasks } from '../transitions/retire.ts'
import { deleteAlerts, deleteService, findService, revokeTokens } from './queries.ts'

const batch = 5_000
const pauseMs = 100
/** How long to retry without progress, in ms. A running service may delete the same rows at the same time. */
const retryForMs = 30_000

/**
 * Deletes a service with its tasks, executions and alerts, in batches, so that no statement is long. Its tokens become invalid
 * first. A call that is in flight in a running service still ends, and its outcome is discarded.
 * @returns false when there is no such service
 * @throws the driver's error when rows of the service remain after 30 s without progress
 */
export async function removeService(sql: Sql, id: string, actor: Actor): Promise<boolean> {
  if (!(await findService(sql, id))) return false
  await revokeTokens(sql, id, actor)
  for (let deadline = Date.now() + retryForMs; ; ) {
    await retireTasks(sql, id)
    if ((await purgeDeleted(sql, batch)) + (await deleteAlerts(sql, id, batch)) > 0) {
      deadline = Date.now() + retryForMs
      continue
    }
    try {
      return await deleteService(sql, id)
    } catch (error) {
      // 23503, foreign key violation: a task is locked by another process that deletes it, or was created with a token that was
      // authenticated before it was revoked.
      if ((error as { code?: string }).code !== '23503' || Date.now() > deadline) throw error
    }
    await Bun.sleep(pauseMs)
  }
}

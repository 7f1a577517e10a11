import type { Sql } from '../database/sql.ts'
import type { Actor } from '../http/caller.ts'
import { purgeDeleted } from '../transitions/purge.ts'
import { deleteService, findService, retireTasks, revokeTokens } from './queries.ts'

const batch = 5_000
const pauseMs = 100
/** How long a batch that does not move on is waited for, in ms: a running service clears the same rows. */
const patienceMs = 30_000

/**
 * Deletes a service with its tasks and executions, in batches, so that no statement is long. Its tokens stop working
 * first; beside a running service a call that is under way still ends, and its outcome is not kept.
 * @returns false when there is no such service
 * @throws the database's own error when rows of the service stay
 */
export async function removeService(sql: Sql, id: string, actor: Actor): Promise<boolean> {
  if (!(await findService(sql, id))) return false
  await revokeTokens(sql, id, actor)
  for (let deadline = Date.now() + patienceMs; ; ) {
    await retireTasks(sql, id)
    if ((await purgeDeleted(sql, batch)) > 0) {
      deadline = Date.now() + patienceMs
      continue
    }
    try {
      return await deleteService(sql, id)
    } catch (error) {
      // 23503: a task is left, which another process clears just now, or which came in with a token checked before.
      if ((error as { code?: string }).code !== '23503' || Date.now() > deadline) throw error
    }
    await Bun.sleep(pauseMs)
  }
}

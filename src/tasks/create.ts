import type { Sql } from '../database/connect.ts'
import { ApiError } from '../errors.ts'
import { hashNewTask } from './input.ts'
import { findTaskByKey, insertTask, insertTaskOnce, type NewTask, type StoredTask } from './queries.ts'

/**
 * Creates a task, or with a key gives back the one that the same request created within 24 hours.
 * @throws ApiError 409 when the key came with another body, or its task is gone
 */
export async function createTask(
  sql: Sql,
  serviceId: string,
  task: NewTask,
  key: string | undefined,
): Promise<StoredTask> {
  if (key === undefined) return insertTask(sql, serviceId, task)
  const once = { key, bodyHash: hashNewTask(task) }
  const created = await insertTaskOnce(sql, serviceId, task, once)
  if (created) return created
  const known = await findTaskByKey(sql, serviceId, once)
  if (known?.same && known.task) return known.task
  throw new ApiError(
    409,
    known?.same === false
      ? 'This Idempotency-Key was used within 24 hours for another body: use a new key for another task.'
      : 'The task that this Idempotency-Key created was deleted since: use a new key to create another.',
  )
}

import type { Sql } from '../database/connect.ts'
import { ApiError } from '../errors.ts'
import { nextTime } from '../schedule/next-time.ts'
import type { Secrets } from '../secrets/secrets.ts'
import type { Caller } from '../services/caller.ts'
import { hashesOfNewTask } from './input.ts'
import {
  findNow,
  findTaskByKey,
  insertTaskOnce,
  insertTasks,
  type NewTask,
  type SealedTask,
  type StoredTask,
} from './queries.ts'

/**
 * Creates a task, or with a key gives back the one that the same request created within 24 hours.
 * @throws ApiError 409 when the key came with another body, or its task is gone
 */
export async function createTask(
  sql: Sql,
  secrets: Secrets,
  caller: Caller,
  task: NewTask,
  key: string | undefined,
): Promise<StoredTask> {
  if (key === undefined) return (await createTasks(sql, secrets, caller, [task]))[0] as StoredTask
  const once = { key, bodyHashes: hashesOfNewTask(secrets, task) }
  const [first = task] = await withFirstRuns(sql, [task])
  const created = await insertTaskOnce(sql, caller, sealed(secrets, caller, first), once, secrets.names.pattern)
  if (created) return created
  const known = await findTaskByKey(sql, caller.serviceId, once)
  if (known?.same && known.task) return known.task
  throw new ApiError(
    409,
    known?.same === false
      ? 'This Idempotency-Key was used within 24 hours for another body: use a new key for another task.'
      : 'The task that this Idempotency-Key created was deleted since: use a new key to create another.',
  )
}

/** Creates tasks, all or none, in the order given. Without `scheduled_at` a first run is counted from now. */
export async function createTasks(
  sql: Sql,
  secrets: Secrets,
  caller: Caller,
  tasks: readonly NewTask[],
): Promise<StoredTask[]> {
  const whole = await withFirstRuns(sql, tasks)
  return insertTasks(
    sql,
    caller,
    whole.map((task) => sealed(secrets, caller, task)),
    secrets.names.pattern,
  )
}

function sealed(secrets: Secrets, { serviceId: service_id }: Caller, task: NewTask): SealedTask {
  const { header, sealed } = secrets.seal({ service_id, task_id: task.id }, task.header)
  return { ...task, header, secret_header: Object.keys(sealed).length > 0 ? sealed : null }
}

/** What SQL cannot work out: the first time of a pattern, later than the database's now. */
async function withFirstRuns(sql: Sql, tasks: readonly NewTask[]): Promise<readonly NewTask[]> {
  const isOpen = (task: NewTask) => task.cron !== null && task.scheduled_at === null
  if (!tasks.some(isOpen)) return tasks
  const now = Date.parse(await findNow(sql))
  return tasks.map((task) => {
    const first = isOpen(task) ? nextTime(task.cron as string, task.time_zone as string, now) : undefined
    return first === undefined ? task : { ...task, scheduled_at: new Date(first).toISOString() }
  })
}

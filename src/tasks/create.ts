import type { Sql } from '../database/sql.ts'
import type { Caller } from '../http/caller.ts'
import { findKey, keyUsed, type Once, resultGone } from '../idempotency/key.ts'
import { cronNext } from '../schedule/cron-next.ts'
import type { Secrets } from '../secrets/secrets.ts'
import { hashesOfBulk, hashesOfNewTask } from './input.ts'
import {
  findNow,
  findTask,
  findTasks,
  insertTasks,
  insertTasksOnce,
  type NewTask,
  type SealedTask,
  type StoredTask,
} from './queries.ts'

/**
 * Creates a task, or with a key gives back the one that the same request created within 24 hours.
 * @throws ApiError 409 when the key stands for another request, or its task is gone
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
  const created = await createOnce(sql, secrets, caller, [task], { ...once, isBulk: false })
  if (created) return created[0] as StoredTask
  const known = await findKey(sql, caller.serviceId, once)
  if (known?.same === false) throw keyUsed()
  const stored = known?.task_id ? await findTask(sql, caller.serviceId, known.task_id) : undefined
  if (!stored) throw resultGone()
  return stored
}

/**
 * Creates tasks, all or none, in the order given, or with a key gives back those that the same request created within
 * 24 hours.
 * @throws ApiError 409 when the key stands for another request, or one of its tasks is gone
 */
export async function createBulk(
  sql: Sql,
  secrets: Secrets,
  caller: Caller,
  tasks: readonly NewTask[],
  key: string | undefined,
): Promise<StoredTask[]> {
  if (key === undefined) return createTasks(sql, secrets, caller, tasks)
  const once = { key, bodyHashes: hashesOfBulk(secrets, tasks) }
  const created = await createOnce(sql, secrets, caller, tasks, { ...once, isBulk: true })
  if (created) return created
  const known = await findKey(sql, caller.serviceId, once)
  if (known?.same === false) throw keyUsed()
  const stored = await findTasks(sql, caller.serviceId, known?.task_ids ?? [])
  if (stored.length < tasks.length) throw resultGone()
  return stored
}

async function createOnce(
  sql: Sql,
  secrets: Secrets,
  caller: Caller,
  tasks: readonly NewTask[],
  once: Once & { readonly isBulk: boolean },
): Promise<StoredTask[] | undefined> {
  const whole = await withFirstRuns(sql, tasks)
  const rows = whole.map((task, index) => sealed(secrets, caller, task, tasks[index]?.scheduled_at ?? null))
  return insertTasksOnce(sql, caller, rows, once, secrets.names.pattern)
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
    whole.map((task, index) => sealed(secrets, caller, task, tasks[index]?.scheduled_at ?? null)),
    secrets.names.pattern,
  )
}

function sealed(
  secrets: Secrets,
  { serviceId: service_id }: Caller,
  task: NewTask,
  given_at: string | null,
): SealedTask {
  const { header, sealed } = secrets.seal({ service_id, task_id: task.id }, task.header)
  return { ...task, header, secret_header: Object.keys(sealed).length > 0 ? sealed : null, given_at }
}

/** What SQL cannot work out: the first time of a pattern, later than the database's now. */
async function withFirstRuns(sql: Sql, tasks: readonly NewTask[]): Promise<readonly NewTask[]> {
  const isOpen = (task: NewTask) => task.cron !== null && task.scheduled_at === null
  if (!tasks.some(isOpen)) return tasks
  const now = Date.parse(await findNow(sql))
  return tasks.map((task) => {
    const first = isOpen(task) ? cronNext(task.cron as string, task.time_zone as string, now) : undefined
    return first === undefined ? task : { ...task, scheduled_at: new Date(first).toISOString() }
  })
}

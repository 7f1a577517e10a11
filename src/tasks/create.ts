import type { Sql } from '../database/sql.ts'
import type { FieldError } from '../formats/field-error.ts'
import type { Caller } from '../http/caller.ts'
import { invalid } from '../http/errors.ts'
import { findKey, keyUsed, type Once, resultGone } from '../idempotency/key.ts'
import { checkUses } from '../named-secrets/check-uses.ts'
import { cronNext } from '../schedule/cron-next.ts'
import { kindOf } from '../schedule/kind.ts'
import { placeOf } from '../secrets/sealed-columns.ts'
import type { Secrets } from '../secrets/secrets.ts'
import { checkProfiles } from '../tls-profiles/uses.ts'
import { type FoundUse, findCalendarUses, noSlotLeft, unknownCalendar, withCurrentCalendars } from './calendar-use.ts'
import { endsBefore } from './ends-change.ts'
import { hashesOfBulk, hashesOfNewTask } from './input.ts'
import { insertTasks, insertTasksOnce, insertTaskUnlessKeyed, type NewTask, type SealedTask } from './insert.ts'
import { findNow, findTask, findTasks, type StoredTask } from './queries.ts'
import { sealUrl } from './url-change.ts'

/**
 * Creates a task. With an idempotency key that the same request used within 24 hours, returns the task that was created then.
 * @throws ApiError 409 when the key was used for another request, or its task was deleted
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
 * Creates tasks, all or none, and returns them in the order given. With an idempotency key that the same request used within
 * 24 hours, returns the tasks that were created then.
 * @throws ApiError 409 when the key was used for another request, or one of its tasks was deleted
 */
export async function createBulk(
  sql: Sql,
  secrets: Secrets,
  caller: Caller,
  tasks: readonly NewTask[],
  key: string | undefined,
): Promise<StoredTask[]> {
  if (key === undefined) return createTasks(sql, secrets, caller, tasks, true)
  const once = { key, bodyHashes: hashesOfBulk(secrets, tasks) }
  const created = await createOnce(sql, secrets, caller, tasks, { ...once, isBulk: true })
  if (created) return created
  const known = await findKey(sql, caller.serviceId, once)
  if (known?.same === false) throw keyUsed()
  const stored = await findTasks(sql, caller.serviceId, known?.task_ids ?? [])
  if (stored.length < tasks.length) throw resultGone()
  return stored
}

/** Creates a task that has a key; undefined when another task has the key, and then nothing is created. */
export async function createUnlessKeyed(
  sql: Sql,
  secrets: Secrets,
  caller: Caller,
  task: NewTask,
): Promise<StoredTask | undefined> {
  return withCurrentCalendars(async () => {
    const [sealed] = await toSealedTasks(sql, secrets, caller, [task], () => '')
    return insertTaskUnlessKeyed(sql, caller, sealed as SealedTask, secrets.names.pattern)
  })
}

/** Returns what gives the path of a task in errors. @param isBulk whether it contains the index of the task */
const pathsOf = (isBulk: boolean) => (index: number) => (isBulk ? `/tasks/${index}` : '')

/** Creates tasks under an idempotency key; undefined when the key was used within 24 hours. */
async function createOnce(
  sql: Sql,
  secrets: Secrets,
  caller: Caller,
  tasks: readonly NewTask[],
  once: Once & { readonly isBulk: boolean },
): Promise<StoredTask[] | undefined> {
  return withCurrentCalendars(async () => {
    const sealed = await toSealedTasks(sql, secrets, caller, tasks, pathsOf(once.isBulk))
    return insertTasksOnce(sql, caller, sealed, once, secrets.names.pattern)
  })
}

/**
 * Creates tasks, all or none, and returns them in the order given. A task without `scheduled_at` first runs one interval from
 * now, or at the next time of its pattern.
 */
export async function createTasks(
  sql: Sql,
  secrets: Secrets,
  caller: Caller,
  tasks: readonly NewTask[],
  isBulk = false,
): Promise<StoredTask[]> {
  return withCurrentCalendars(async () => {
    const sealed = await toSealedTasks(sql, secrets, caller, tasks, pathsOf(isBulk))
    return insertTasks(sql, caller, sealed, secrets.names.pattern)
  })
}

/**
 * Returns tasks as they are inserted: with the first run of cron tasks set, and secret headers and URLs encrypted.
 * @param pathOf returns the path of a task in errors, by its index
 * @throws ApiError 400 for a named secret, a TLS profile or a calendar that does not exist, and a calendar that leaves no slot
 */
export async function toSealedTasks(
  sql: Sql,
  secrets: Secrets,
  { serviceId: service_id }: Caller,
  tasks: readonly NewTask[],
  pathOf: (index: number) => string,
): Promise<SealedTask[]> {
  const scheduled = await withFirstRuns(sql, service_id, tasks, pathOf)
  const sealed = scheduled.map((task, index) => {
    const { header, sealed, uses } = secrets.seal({ service_id, task_id: task.id }, task.header)
    const secret_header = Object.keys(sealed).length > 0 ? sealed : null
    const url = task.secret_url
      ? sealUrl(secrets, task.url, placeOf('task', service_id, task.id))
      : { url: task.url, sealed_url: null }
    const secret_url = task.secret_url || null
    return { ...task, ...url, secret_url, header, secret_header, uses, given_at: tasks[index]?.scheduled_at ?? null }
  })
  const errors = [
    ...(await checkUses(sql, service_id, sealed, pathOf)),
    ...(await checkProfiles(sql, service_id, sealed, pathOf)),
  ]
  if (errors.length > 0) throw invalid(errors)
  return sealed
}

/** A task with its first run, and the calendar by which that was computed. */
type ScheduledTask = NewTask & Pick<FoundUse, 'calendar_use'>

/**
 * Sets `scheduled_at` of cron tasks that have none to the next time of their pattern, by the database's clock. SQL sets it for
 * all other tasks.
 * @throws ApiError 400 for a calendar that does not exist, or that leaves no slot before the end of the task
 */
async function withFirstRuns(
  sql: Sql,
  serviceId: string,
  tasks: readonly NewTask[],
  pathOf: (index: number) => string,
): Promise<readonly ScheduledTask[]> {
  const needsFirstRun = (task: NewTask) => kindOf(task) === 'cron' && task.scheduled_at === null
  const useOf = await findCalendarUses(sql, serviceId, tasks)
  const now = tasks.some(needsFirstRun) ? Date.parse(await findNow(sql)) : 0
  const errors: FieldError[] = []
  const scheduled = tasks.map((task, index) => {
    const refuse = ({ path, ...error }: FieldError) => errors.push({ ...error, path: `${pathOf(index)}${path}` })
    const found = useOf(task)
    if (!found) refuse(unknownCalendar(task.calendar as string))
    const { calendar_use = '', use } = found ?? {}
    const first = needsFirstRun(task) ? cronNext(task.cron as string, task.time_zone as string, now, use) : undefined
    if (use && needsFirstRun(task) && first === undefined) refuse(noSlotLeft(task))
    if (first === undefined) return { ...task, calendar_use }
    const scheduled_at = new Date(first).toISOString()
    if (task.ends_at && first > Date.parse(task.ends_at)) refuse(endsBefore(scheduled_at))
    return { ...task, calendar_use, scheduled_at }
  })
  if (errors.length > 0) throw invalid(errors)
  return scheduled
}

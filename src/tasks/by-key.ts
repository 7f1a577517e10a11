import type { Sql } from '../database/sql.ts'
import type { Caller } from '../http/caller.ts'
import { ApiError, invalid, taskNotFound } from '../http/errors.ts'
import type { ConditionalChange } from './change.ts'
import { createUnlessKeyed } from './create.ts'
import { readIfMatch } from './if-match.ts'
import { type TaskRules, toChange, toNewTask, toReplacement } from './input.ts'
import type { TaskCreate, TaskUpdate } from './model.ts'
import { changeOrThrow, stale } from './one-task.ts'
import { withoutPastPause } from './pause-change.ts'
import { retireTask, type StoredTask } from './queries.ts'

/** How often a request is tried if other requests create and delete tasks with its key at the same time. */
const maxTries = 100

/** Returns the id of the task of a service that has a key; undefined when none has. */
export async function findIdByKey(sql: Sql, serviceId: string, key: string): Promise<string | undefined> {
  const [row] = await sql<{ task_id: string }[]>`
    /* duly:find_id_by_key */
    select task_id
    from task_key
    where service_id = ${serviceId}
      and key = ${key}`
  return row?.task_id
}

/**
 * Replaces the task that has a key, or creates one. Of requests that do so at the same time, one creates the task and the others
 * replace it.
 * @param body the body of a PUT; its `key`, if it has one, must be the key of the address
 * @param ifMatch the If-Match header
 * @throws ApiError 400 for invalid input, 412 when no task with the key has a version in If-Match
 */
export async function putByKey(
  sql: Sql,
  rules: TaskRules,
  caller: Caller,
  key: string,
  body: TaskCreate & TaskUpdate,
  ifMatch: string | undefined,
): Promise<{ task: StoredTask; isNew: boolean }> {
  if (body.key !== undefined && body.key !== key)
    throw invalid([{ path: '/key', message: `must be ${key}, the key in the address, or be left out` }])
  // What the caller keeps as a file may go on stating a pause that is over.
  const named = withoutPastPause({ ...body, key }, Date.now())
  return withTaskOf(sql, caller, key, ifMatch, async (id) => {
    if (id !== undefined) {
      const change = toReplacement(rules, named, caller.serviceId, id, ifMatch)
      return { task: await changeOrThrow(sql, caller, id, ofKey(change, key), rules.secrets), isNew: false }
    }
    if (ifMatch !== undefined) throw nothingToMatch()
    const created = await createUnlessKeyed(sql, rules.secrets, caller, toNewTask(rules, toCreate(named, caller)))
    return created && { task: created, isNew: true }
  })
}

/**
 * Changes the given fields of the task that has a key.
 * @throws ApiError as `changeOrThrow` does
 */
export const postByKey = (
  sql: Sql,
  rules: TaskRules,
  caller: Caller,
  key: string,
  body: TaskUpdate,
  ifMatch: string | undefined,
): Promise<StoredTask> =>
  withTaskOf(sql, caller, key, ifMatch, (id) => {
    if (id === undefined) throw taskNotFound('key')
    const change = toChange(rules, body, caller.serviceId, id, ifMatch)
    return changeOrThrow(sql, caller, id, ofKey(change, key), rules.secrets)
  })

/**
 * Deletes the task that has a key.
 * @throws ApiError 404 when there is none, 412 when it has none of the versions in If-Match
 */
export const deleteByKey = (
  sql: Sql,
  rules: TaskRules,
  caller: Caller,
  key: string,
  ifMatch: string | undefined,
): Promise<boolean> =>
  withTaskOf(sql, caller, key, ifMatch, async (id) => {
    if (id === undefined) throw taskNotFound('key')
    const condition = { ...readIfMatch(ifMatch), key }
    if (await retireTask(sql, caller, id, rules.secrets.names.pattern, condition)) return true
    throw stale()
  })

/**
 * Does something with the task that has a key, and again if the task of this key became another one meanwhile. Without If-Match,
 * a 412 means that the task had another key for a moment, so this is also tried again.
 * @param act gets the id of the task, undefined when there is none; returns undefined, or throws, if it could not be done
 */
async function withTaskOf<T>(
  sql: Sql,
  { serviceId }: Caller,
  key: string,
  ifMatch: string | undefined,
  act: (id: string | undefined) => Promise<T | undefined>,
): Promise<T> {
  let id = await findIdByKey(sql, serviceId, key)
  for (let tries = 0; ; tries++) {
    let failure: unknown
    try {
      const done = await act(id)
      if (done !== undefined) return done
    } catch (error) {
      failure = error
    }
    const now = failure instanceof ApiError || failure === undefined ? await findIdByKey(sql, serviceId, key) : id
    const wasRenamed = ifMatch === undefined && failure instanceof ApiError && failure.code === 'stale_version'
    if (tries === maxTries || (failure !== undefined && now === id && !wasRenamed)) throw failure ?? stale()
    id = now
  }
}

const ofKey = ({ change, condition }: ConditionalChange, key: string): ConditionalChange => ({
  change,
  condition: { ...condition, key },
})

/** 412 for If-Match where no task has the key. */
const nothingToMatch = () =>
  new ApiError(
    'stale_version',
    'No task has this key, so none has a version in If-Match. Without If-Match, it is created.',
  )

/**
 * Returns the body of a create for that of a PUT.
 * @throws ApiError 400 for fields that only a task that exists can have
 */
function toCreate(
  { id, service_id, starts_at, runs_left, created_at, updated_at, ...body }: TaskCreate & TaskUpdate,
  caller: Caller,
): TaskCreate {
  const given = Object.entries({ id, starts_at, runs_left, created_at, updated_at }).filter(
    ([, value]) => value !== undefined,
  )
  if (service_id !== undefined && service_id.toLowerCase() !== caller.serviceId.toLowerCase())
    throw invalid([{ path: '/service_id', message: `must be ${caller.serviceId}, or be left out` }])
  if (given.length > 0)
    throw invalid(
      given.map(([name]) => ({
        path: `/${name}`,
        message: 'must be left out: no task has this key, so one is created',
      })),
    )
  return body
}

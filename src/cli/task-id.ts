import { isUuid } from '../formats/uuid.ts'
import { callApi } from './api-client.ts'
import { ApiErrorResponse } from './api-error.ts'
import { CommandError, UsageError } from './command-error.ts'
import type { Connection } from './connection.ts'
import { printable } from './printable.ts'

/** What names a task on the command line, for the help of a command. */
export const taskArgument = 'the id or the key of the task'

/**
 * Parses ids and keys of tasks. A UUID is an id, anything else a key. Returns ids in lower case, without duplicates.
 * @throws UsageError for a text that is neither
 */
export function readTaskNames(texts: readonly string[]): string[] {
  return [...new Set(texts.map(readTaskName))]
}

/** Parses the id or the key of a task. @throws UsageError for a text that is neither */
export function readTaskName(text: string): string {
  if (isUuid(text)) return text.toLowerCase()
  if (/^[a-z0-9._/-]{1,200}$/.test(text)) return text
  throw new UsageError(
    `${printable(text)} is neither the id nor the key of a task: an id is a UUID, as duly task list shows it, and a key has a to z, digits and . _ / - only.`,
  )
}

/** Returns the path of the task with a key in the API. */
export const keyPath = (key: string) => `/tasks/by-key/${encodeURIComponent(key)}`

/** Returns the path of the task with this id or key in the API. */
export const taskPath = (name: string) => (isUuid(name) ? `/tasks/${name}` : keyPath(name))

/**
 * Returns the id of the task with this id or key.
 * @throws CommandError when no task has the key, and what `callApi` throws
 */
export async function taskIdOf(connection: Connection, name: string): Promise<string> {
  if (isUuid(name)) return name
  const { id } = await callApi<{ id: string }>(connection, 'GET', taskPath(name)).catch((error) => {
    throw isNotFound(error) ? noSuchTask([name], connection) : error
  })
  return id
}

/** Returns the ids of tasks with these ids or keys, and the keys that no task has. Ids are not looked up. */
export async function taskIdsOf(
  connection: Connection,
  names: readonly string[],
): Promise<{ readonly ids: string[]; readonly missing: string[] }> {
  const idsOfKeys = new Map<string, string>()
  const keys = names.filter((name) => !isUuid(name))
  const missing = await forEachTask(keys, async (key) => {
    const { id } = await callApi<{ id: string }>(connection, 'GET', taskPath(key))
    idsOfKeys.set(key, id)
  })
  return { ids: [...new Set(names.flatMap((name) => (isUuid(name) ? [name] : (idsOfKeys.get(name) ?? []))))], missing }
}

/** Whether an error is the API's 404. */
export const isNotFound = (error: unknown) => error instanceof ApiErrorResponse && error.status === 404

/** The error for ids and keys of tasks that do not exist. It names the first ten. */
export function noSuchTask(ids: readonly string[], { credentials }: Connection): CommandError {
  const named = ids.slice(0, 10).join(', ')
  const more = ids.length > 10 ? ` and ${ids.length - 10} more` : ''
  const service = credentials.id === undefined ? 'The service' : `The service ${credentials.id}`
  return new CommandError(`${service} has no task ${named}${more}: duly task list shows those it has.`)
}

/**
 * Runs `work` for each task, 8 at a time.
 * @returns the ids or keys of tasks that do not exist
 * @throws the first other error, once the calls under way have ended
 */
export async function forEachTask(ids: readonly string[], work: (id: string) => Promise<unknown>): Promise<string[]> {
  const missing = new Set<string>()
  const remaining = ids.values()
  let stopped = false
  const worker = async () => {
    for (const id of remaining) {
      if (stopped) return
      try {
        await work(id)
      } catch (error) {
        if (isNotFound(error)) missing.add(id)
        else {
          stopped = true
          throw error
        }
      }
    }
  }
  const ends = await Promise.allSettled(Array.from({ length: 8 }, worker))
  for (const end of ends) if (end.status === 'rejected') throw end.reason
  return ids.filter((id) => missing.has(id))
}

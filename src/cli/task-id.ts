import { isUuid } from '../formats/uuid.ts'
import { ApiErrorResponse } from './api-client.ts'
import { CommandError, UsageError } from './command-error.ts'
import type { Connection } from './connection.ts'
import { printable } from './printable.ts'

/**
 * Parses task ids. Returns them in lower case, without duplicates.
 * @throws UsageError for one that is not a UUID
 */
export function readIds(texts: readonly string[]): string[] {
  for (const text of texts)
    if (!isUuid(text))
      throw new UsageError(`${printable(text)} is not a task id: it must be a UUID, as duly task list shows it.`)
  return [...new Set(texts.map((text) => text.toLowerCase()))]
}

/** Whether an error is the API's 404. */
export const isNotFound = (error: unknown) => error instanceof ApiErrorResponse && error.status === 404

/** The error for ids of tasks that do not exist. It names the first ten. */
export function noSuchTask(ids: readonly string[], { credentials }: Connection): CommandError {
  const named = ids.slice(0, 10).join(', ')
  const more = ids.length > 10 ? ` and ${ids.length - 10} more` : ''
  const service = credentials.id === undefined ? 'The service' : `The service ${credentials.id}`
  return new CommandError(`${service} has no task ${named}${more}: duly task list shows those it has.`)
}

/**
 * Runs `work` for each task, 8 at a time.
 * @returns the ids of tasks that do not exist
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

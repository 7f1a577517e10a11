import { isUuid } from '../formats/uuid.ts'
import { ApiRefusal } from './api-client.ts'
import { CommandError, UsageError } from './command-error.ts'
import type { Connection } from './connection.ts'
import { printable } from './printable.ts'

/**
 * The ids of tasks as the API writes them, each once.
 * @throws UsageError for one that is no UUID
 */
export function readIds(texts: readonly string[]): string[] {
  for (const text of texts)
    if (!isUuid(text))
      throw new UsageError(`${printable(text)} is not a task id: it must be a UUID, as duly task list shows it.`)
  return [...new Set(texts.map((text) => text.toLowerCase()))]
}

/** Whether the API said that there is no such task. */
export const isNotFound = (error: unknown) => error instanceof ApiRefusal && error.status === 404

/** The sentence for ids that the service has no tasks of; the first ten are named. */
export function noSuchTask(ids: readonly string[], { credentials }: Connection): CommandError {
  const named = ids.slice(0, 10).join(', ')
  const more = ids.length > 10 ? ` and ${ids.length - 10} more` : ''
  return new CommandError(
    `The service ${credentials.id} has no task ${named}${more}: duly task list shows those it has.`,
  )
}

/**
 * Does one thing for each task, a few at a time.
 * @returns the ids of which there is no task
 * @throws the first failure of another kind, when those under way have ended
 */
export async function forEachTask(ids: readonly string[], work: (id: string) => Promise<unknown>): Promise<string[]> {
  const missing = new Set<string>()
  const waiting = ids.values()
  let stopped = false
  const worker = async () => {
    for (const id of waiting) {
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

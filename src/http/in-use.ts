import type { ErrorCode } from './error-codes.ts'
import { ApiError } from './errors.ts'

/** Tasks that keep something from being deleted: how many, and some of them. */
export interface Users {
  readonly tasks: number
  readonly users: readonly { readonly id: string; readonly name: string }[]
}

/**
 * 409 for something that tasks use.
 * @param what it is called, such as `the secret API_TOKEN`
 * @param instead says what to do first
 */
export function inUse(code: ErrorCode, what: string, { tasks, users }: Users, instead: string): ApiError {
  const named = users.map((task) => `${task.name.slice(0, 60)} (${task.id})`).join(', ')
  const list = users.length < tasks ? `${named} and ${tasks - users.length} more` : named
  const uses = tasks === 1 ? '1 task uses' : `${tasks} tasks use`
  return new ApiError(code, `${uses} ${what}: ${list}. ${instead}`)
}

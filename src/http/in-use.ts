import type { Fragment, Sql } from '../database/sql.ts'
import type { ErrorCode } from './error-codes.ts'
import { ApiError } from './errors.ts'

/** Tasks that keep something from being deleted: how many, and some of them. */
export interface Users {
  readonly tasks: number
  readonly users: readonly { readonly id: string; readonly name: string }[]
}

/** What a deletion of something that tasks may use has come to. */
export type Deletion = Users & { readonly deleted: boolean }

/** How many of the tasks that use something are named when it cannot be deleted. */
export const usersNamed = 20

/**
 * SQL for the columns of a `Deletion`, in a statement with the CTEs `deleted`, `used` (a row for each task) and `users` (`id` and
 * `name` of `usersNamed` of them).
 */
export const deletionColumns = (sql: Sql): Fragment => sql`
  exists (select from deleted) as deleted,
  (select count(*)::integer from used) as tasks,
  (select coalesce(json_agg(users), '[]') from users) as users`

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

import type { Task } from '../client/api.ts'

/** A task that is due for less than this does not wait yet, in ms. */
const punctualMs = 2_000

/** Whether a task was to start already. @param now the server's time in ms since 1970 */
export const isOverdue = ({ status, starts_at }: Task, now: number): boolean =>
  status === 'active' && starts_at !== null && Date.parse(starts_at) <= now - punctualMs

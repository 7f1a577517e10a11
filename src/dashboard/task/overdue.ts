import type { Task } from '../client/api.ts'

/** A task that is due for less than this does not wait yet, in ms. */
const punctualMs = 2_000

/**
 * Whether a task was to start already and waits for it. While a run of it goes on, it waits for nothing else: the slot of a task that
 * runs once stays in the past until then.
 * @param isBusy whether a run of it goes on, or waits to be sent
 * @param now the server's time in ms since 1970
 */
export const isOverdue = ({ status, starts_at }: Task, isBusy: boolean, now: number): boolean =>
  !isBusy && status === 'active' && starts_at !== null && Date.parse(starts_at) <= now - punctualMs

/** The longest delay of the first retry, in ms. Each further one may be twice as long, up to an hour. */
const baseMs = 2_000
const mostMs = 3_600_000

/**
 * The delay before the next attempt, in ms: exponential backoff with full jitter, so that tasks which failed together are
 * not retried together; at least the target's Retry-After.
 * @param attempt the attempt that failed, from 1
 */
export function retryDelay(attempt: number, retryAfterMs: number | null, random = Math.random()): number {
  const most = Math.min(mostMs, baseMs * 2 ** (attempt - 1))
  return Math.max(Math.round(random * most), retryAfterMs ?? 0)
}

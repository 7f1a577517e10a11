/** The first retry waits up to this, in ms; each further one up to twice as long, an hour at most. */
const baseMs = 2_000
const mostMs = 3_600_000

/**
 * How long the next attempt waits, in ms: exponential backoff with full jitter, so that tasks which failed together do
 * not come back together, and not before the target's own Retry-After.
 * @param attempt the attempt that failed, from 1
 */
export function retryDelay(attempt: number, retryAfterMs: number | null, random = Math.random()): number {
  const most = Math.min(mostMs, baseMs * 2 ** (attempt - 1))
  return Math.max(Math.round(random * most), retryAfterMs ?? 0)
}

import { type RetryPolicy, retryDefaults } from '../../task-fields/retry-policy.ts'
import { matchesStatus } from '../../task-fields/status-entries.ts'

/** Without a policy: the longest delay of the first retry, in ms. Each further one may be twice as long, up to an hour. */
const baseMs = 2_000
const mostMs = 3_600_000

/**
 * The delay before the next attempt of a task without a policy, in ms: exponential backoff with full jitter, so that tasks
 * which failed together are not retried together; at least the target's Retry-After.
 * @param attempt the attempt that failed, from 1
 */
export function retryDelay(attempt: number, retryAfterMs: number | null, random = Math.random()): number {
  const most = Math.min(mostMs, baseMs * 2 ** (attempt - 1))
  return Math.max(Math.round(random * most), retryAfterMs ?? 0)
}

/** A failed attempt at a slot. */
export interface FailedAttempt {
  /** From 1. */
  readonly attempt: number
  /** Null when no answer came. */
  readonly status_code: number | null
  /** Whether an answer came that the task does not accept, by its `expect`, although its status is 2xx or in the task's list. */
  readonly isUnexpected: boolean
  readonly retryAfterMs: number | null
  /** How long ago the first attempt at the slot began, in ms. */
  readonly sinceFirstMs: number
}

/**
 * The delay before the next attempt under a policy, in ms; undefined when the policy allows none. It begins at the shortest
 * backoff and doubles, as often as the policy says; after that it grows by the last step each time, as in Cloud Scheduler,
 * up to the longest backoff. Up to a fifth is added at random, so that tasks which failed together are not retried
 * together: a delay is never shorter than the backoff. The target's Retry-After counts if it is longer.
 */
export function policyDelay(policy: RetryPolicy, failed: FailedAttempt, random = Math.random()): number | undefined {
  if (policy.on !== undefined && !isRetried(policy.on, failed)) return undefined
  const {
    min_backoff_seconds: min = retryDefaults.min_backoff_seconds,
    max_backoff_seconds: max = Math.max(min, retryDefaults.max_backoff_seconds),
    max_doublings: doublings = retryDefaults.max_doublings,
  } = policy
  const doubled = Math.min(failed.attempt - 1, doublings)
  const backoff = Math.min(max, min * 2 ** doubled * (failed.attempt - doubled))
  const delay = Math.min(max, backoff * (1 + random / 5)) * 1000
  const delayMs = Math.max(Math.round(delay), failed.retryAfterMs ?? 0)
  const { max_duration_seconds: duration } = policy
  return duration !== undefined && failed.sinceFirstMs + delayMs > duration * 1000 ? undefined : delayMs
}

function isRetried(on: NonNullable<RetryPolicy['on']>, { status_code, isUnexpected }: FailedAttempt): boolean {
  if (status_code === null) return on.includes('no_answer')
  return (isUnexpected && on.includes('expect')) || matchesStatus(on as readonly (string | number)[], status_code)
}

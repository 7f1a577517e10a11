import type { RetryPolicy } from '../../task-fields/retry-policy.ts'
import { backoff, longestRandomWait } from '../../task-fields/retry-waits.ts'
import { matchesStatus } from '../../task-fields/status-entries.ts'

/**
 * The delay before the next attempt of a task without a policy, in ms: exponential backoff with full jitter, so that tasks
 * which failed together are not retried together; at least the target's Retry-After.
 * @param attempt the attempt that failed, from 1
 */
export function retryDelay(attempt: number, retryAfterMs: number | null, random = Math.random()): number {
  return Math.max(Math.round(random * longestRandomWait(attempt) * 1000), retryAfterMs ?? 0)
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
 * The delay before the next attempt under a policy, in ms; undefined when the policy allows none. Up to a fifth is added at random, so that tasks which failed together are not retried
 * together: a delay is never shorter than the backoff. The target's Retry-After counts if it is longer.
 */
export function policyDelay(policy: RetryPolicy, failed: FailedAttempt, random = Math.random()): number | undefined {
  if (policy.on !== undefined && !isRetried(policy.on, failed)) return undefined
  const { seconds, most } = backoff(policy, failed.attempt)
  const delay = Math.min(most, seconds * (1 + random / 5)) * 1000
  const delayMs = Math.max(Math.round(delay), failed.retryAfterMs ?? 0)
  const { max_duration_seconds: duration } = policy
  return duration !== undefined && failed.sinceFirstMs + delayMs > duration * 1000 ? undefined : delayMs
}

function isRetried(on: NonNullable<RetryPolicy['on']>, { status_code, isUnexpected }: FailedAttempt): boolean {
  if (status_code === null) return on.includes('no_answer')
  return (isUnexpected && on.includes('expect')) || matchesStatus(on as readonly (string | number)[], status_code)
}

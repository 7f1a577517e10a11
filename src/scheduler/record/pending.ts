import type { Claimed } from '../../transitions/claimed.ts'
import type { CallOutcome } from '../call/call.ts'
import type { Pending } from './record-queue.ts'
import { policyDelay, retryDelay } from './retry.ts'

interface Ending {
  /** Whether the slot is sent again because the call was interrupted or not sent. */
  readonly redeliver: boolean
  /** Whether a person has stopped waiting for it: then no attempt follows. */
  readonly isStopped: boolean
  /** How long the call waited for its turn at its target, in ms. */
  readonly waitedMs: number
  readonly written: () => void
}

/** The outcome of an execution as it is recorded, with what follows it. */
export function toPending(claimed: Claimed, outcome: CallOutcome, ending: Ending): Pending {
  const { redeliver, isStopped, waitedMs, written } = ending
  const retryInMs =
    outcome.status === 'failed' && !redeliver && !isStopped && claimed.attempt <= claimed.retries
      ? nextAttemptIn(claimed, outcome)
      : null
  // Field by field, since spreading both objects would be a good part of the cost of a call.
  return {
    status: outcome.status,
    status_code: outcome.status_code,
    response: outcome.response,
    response_truncated: outcome.response_truncated,
    response_header: outcome.response_header,
    duration_ms: outcome.duration_ms,
    waited_ms: (outcome.waited_ms ?? 0) + waitedMs || null,
    lookup_ms: outcome.lookup_ms,
    answer_ms: outcome.answer_ms,
    sent_twice: outcome.sent_twice,
    error: outcome.error,
    service_id: claimed.service_id,
    task_id: claimed.task_id,
    execution_id: claimed.execution_id,
    slot_id: claimed.slot_id,
    created_at: claimed.created_at,
    skew_ms: claimed.skew_ms,
    partition: claimed.partition,
    ctid: claimed.ctid,
    retry_in_ms: retryInMs,
    redeliver,
    needsFollowUp: retryInMs !== null || redeliver || claimed.once || claimed.was_queued,
    written,
  }
}

/** The delay before the next attempt, in ms; null when the task's policy allows none. */
function nextAttemptIn(claimed: Claimed, outcome: CallOutcome): number | null {
  const { attempt, extras } = claimed
  const { status_code, retry_after_ms: retryAfterMs } = outcome
  if (!extras?.retry) return retryDelay(attempt, retryAfterMs)
  const sinceFirstMs = (claimed.since_first_ms ?? 0) + (outcome.waited_ms ?? 0) + (outcome.duration_ms ?? 0)
  const failed = { attempt, status_code, isUnexpected: outcome.isUnexpected === true, retryAfterMs, sinceFirstMs }
  return policyDelay(extras.retry, failed) ?? null
}

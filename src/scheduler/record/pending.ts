import type { Claimed } from '../../transitions/claimed.ts'
import type { CallOutcome } from '../call/call.ts'
import type { Pending } from './record-queue.ts'
import { retryDelay } from './retry.ts'

interface Ending {
  /** Whether the slot is sent again because the call was interrupted or not sent. */
  readonly redeliver: boolean
  /** How long the call waited for its turn at its target, in ms. */
  readonly waitedMs: number
  readonly written: () => void
}

/** The outcome of an execution as it is recorded, with what follows it. */
export function toPending(claimed: Claimed, outcome: CallOutcome, { redeliver, waitedMs, written }: Ending): Pending {
  const retried = outcome.status === 'failed' && !redeliver && claimed.attempt <= claimed.retries
  // Field by field, since spreading both objects would be a good part of the cost of a call.
  return {
    status: outcome.status,
    status_code: outcome.status_code,
    response: outcome.response,
    response_truncated: outcome.response_truncated,
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
    retry_in_ms: retried ? retryDelay(claimed.attempt, outcome.retry_after_ms) : null,
    redeliver,
    needsFollowUp: retried || redeliver || claimed.once || claimed.was_queued,
    written,
  }
}

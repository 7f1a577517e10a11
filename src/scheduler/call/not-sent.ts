import { type CallOutcome, notAllowed } from './call.ts'

/** The outcome of a call that was not sent. @param why a clause */
export const notSent = (why: string): CallOutcome => ({
  status: 'failed',
  status_code: null,
  response: null,
  response_truncated: false,
  duration_ms: null,
  waited_ms: null,
  lookup_ms: null,
  answer_ms: null,
  sent_twice: false,
  retry_after_ms: null,
  error: `not sent: ${why}`,
})

/** The outcome of a call that may not be started any more: its slot is queued again. */
export const unsent = notSent(notAllowed)

import type { RetryPolicy } from '../../task-fields/retry-policy.ts'
import { numberOf, type Span, secondsOf, spanOf } from '../format/span.ts'
import { statusesOf, statusText } from './status-text.ts'

/** A retry policy in the form. An empty text takes the number that Duly has for it. */
export interface RetryDraft {
  /** Whether the task has a policy. What is typed in one stays while there is none. */
  readonly isSet: boolean
  readonly first: Span
  readonly longest: Span
  readonly doublings: string
  readonly within: Span
  /** Which failures are retried: any, if none of these is chosen. */
  readonly noAnswer: boolean
  readonly unexpected: boolean
  readonly statuses: string
  /** What a later version of Duly has stored, which is sent back as it is. */
  readonly others: object
}

/** The form of a task without a policy. */
export const noRetry = retryDraftOf(null)

/** The form of a stored policy. */
export function retryDraftOf(retry: RetryPolicy | null): RetryDraft {
  const {
    min_backoff_seconds,
    max_backoff_seconds,
    max_doublings,
    max_duration_seconds,
    on = [],
    ...others
  } = retry ?? {}
  return {
    isSet: retry !== null,
    first: spanOf(min_backoff_seconds ?? null, 'seconds'),
    longest: spanOf(max_backoff_seconds ?? null, 'hours'),
    doublings: String(max_doublings ?? ''),
    within: spanOf(max_duration_seconds ?? null, 'hours'),
    noAnswer: on.includes('no_answer'),
    unexpected: on.includes('expect'),
    statuses: statusText(on.filter((one) => one !== 'no_answer' && one !== 'expect')),
    others,
  }
}

/** The policy that the form says; null for none. */
export function retryOf({ isSet, first, longest, doublings, within, others, ...on }: RetryDraft): RetryPolicy | null {
  if (!isSet) return null
  const causes = [...(on.noAnswer ? ['no_answer'] : []), ...(on.unexpected ? ['expect'] : [])]
  const conditions = [...statusesOf(on.statuses), ...causes]
  const members = {
    min_backoff_seconds: secondsOf(first),
    max_backoff_seconds: secondsOf(longest),
    max_doublings: numberOf(doublings),
    max_duration_seconds: secondsOf(within),
    on: conditions.length === 0 ? null : conditions,
  }
  return { ...others, ...Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null)) }
}

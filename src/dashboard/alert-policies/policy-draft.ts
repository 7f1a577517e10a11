import type { AlertPolicy } from '../client/alerts.ts'
import { serverNow } from '../client/server-clock.ts'
import { fromLocalInput, toLocalInput } from '../format/format-time.ts'
import { numberOf, type Span, secondsOf, spanOf } from '../format/span.ts'

/** A policy as the form holds it. An empty text is null. */
export interface PolicyDraft {
  readonly failures: string
  readonly window_failures: string
  readonly window: Span
  readonly late: Span
  readonly long: Span
  readonly remind_hours: string
  readonly recovered: boolean
  /** Ids; null for all channels. */
  readonly channels: readonly string[] | null
  /** A value of an input of a time. */
  readonly muted_until: string
}

/** The form of a policy. */
export function draftOfPolicy(policy: AlertPolicy): PolicyDraft {
  const { muted_until } = policy
  return {
    failures: textOf(policy.failures),
    window_failures: textOf(policy.window_failures),
    window: spanOf(policy.window_seconds),
    late: spanOf(policy.late_seconds),
    long: spanOf(policy.long_seconds),
    remind_hours: textOf(policy.remind_hours),
    recovered: policy.recovered,
    channels: policy.channels,
    muted_until: muted_until === null || Date.parse(muted_until) <= serverNow() ? '' : toLocalInput(muted_until),
  }
}

/** The whole policy that the form says. What is no number is sent as it was typed, so that the API names the field. */
export function policyOfDraft(draft: PolicyDraft): AlertPolicy {
  return {
    failures: numberOf(draft.failures),
    window_failures: numberOf(draft.window_failures),
    window_seconds: secondsOf(draft.window),
    late_seconds: secondsOf(draft.late),
    long_seconds: secondsOf(draft.long),
    remind_hours: numberOf(draft.remind_hours),
    recovered: draft.recovered,
    channels: draft.channels,
    muted_until: fromLocalInput(draft.muted_until) ?? null,
  }
}

const textOf = (value: number | null) => (value === null ? '' : String(value))

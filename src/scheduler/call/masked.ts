import { redact } from '../../secrets/redact.ts'
import type { OpenedHeader } from '../../secrets/secrets.ts'
import type { CallOutcome } from './call.ts'

/** Returns what masks the values of secret headers in a part of an answer before it is shortened for an error. */
export const masking =
  ({ secret }: OpenedHeader) =>
  (text: string): string =>
    redact(text, secret.values())

/** The outcome with the values of secret headers masked where the target repeated them. */
export function masked(outcome: CallOutcome, { secret }: OpenedHeader): CallOutcome {
  if (secret.size === 0) return outcome
  const clean = (text: string | null, isCut: boolean) => text && redact(text, secret.values(), isCut)
  return {
    ...outcome,
    response: clean(outcome.response, outcome.response_truncated),
    error: clean(outcome.error, true),
  }
}

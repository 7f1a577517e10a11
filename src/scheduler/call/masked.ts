import { redact } from '../../secrets/redact.ts'
import type { CallOutcome } from './call.ts'
import type { OpenedCall } from './open-call.ts'

/** Returns what masks secret values in a part of an answer before it is shortened for an error. */
export const masking =
  ({ secretTexts }: OpenedCall) =>
  (text: string): string =>
    redact(text, secretTexts)

/** The outcome with secret values masked where the target repeated them. */
export function masked(outcome: CallOutcome, { secretTexts }: OpenedCall): CallOutcome {
  if (secretTexts.length === 0) return outcome
  const clean = (text: string | null, isCut: boolean) => text && redact(text, secretTexts, isCut)
  return {
    ...outcome,
    response: clean(outcome.response, outcome.response_truncated),
    error: clean(outcome.error, true),
    response_header: outcome.response_header && maskedHeader(outcome.response_header, secretTexts),
  }
}

/** Header values with secret values masked. */
const maskedHeader = (header: Readonly<Record<string, readonly string[]>>, secretTexts: readonly string[]) =>
  Object.fromEntries(
    Object.entries(header).map(([name, values]) => [name, values.map((value) => redact(value, secretTexts))]),
  )

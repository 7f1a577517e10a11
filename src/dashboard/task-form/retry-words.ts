import { anyOf } from '../../formats/list.ts'
import type { RetryPolicy } from '../../task-fields/retry-policy.ts'
import { backoff, longestRandomWait, retryDefaults } from '../../task-fields/retry-waits.ts'
import { counted } from '../format/labels.ts'
import { shortSpan } from '../format/span.ts'

const mostRetries = 10

/**
 * When the retries of a task come, in sentences; undefined while a number in them is none.
 * @param retries how many there are at most
 */
export function retrySentence(retries: unknown, policy: RetryPolicy | null): string | undefined {
  if (typeof retries !== 'number' || retries > mostRetries) return undefined
  if (retries === 0) return 'Retries is 0: a failed call is not tried again.'
  const attempts = Array.from({ length: retries }, (_, index) => index + 1)
  if (policy === null) {
    const waits = attempts.map((attempt) => shortSpan(longestRandomWait(attempt)))
    return `A failed call is tried again at most ${all(waits)} after the attempt before it, at random.`
  }
  const {
    min_backoff_seconds: min,
    max_backoff_seconds: max,
    max_doublings: doublings,
    max_duration_seconds: within,
  } = policy
  if (
    ![min, max, doublings, within].every((number) => number === undefined || (Number.isInteger(number) && number >= 0))
  )
    return undefined
  const waits = attempts.map((attempt) => backoff(policy, attempt).seconds)
  const sent = waits.filter((_, index) => sum(waits.slice(0, index + 1)) <= (within ?? Number.POSITIVE_INFINITY))
  if (sent.length === 0) return 'A failed call is not tried again: the first pause is longer than the time for retries.'
  const end =
    sent.length < waits.length
      ? ` Within ${shortSpan(within ?? 0)} there is time for ${sent.length} of ${counted(waits.length, 'retry', 'retries')} at most.`
      : ''
  return `A failed call is tried again ${all(sent.map(shortSpan))} after the attempt before it, up to a fifth later at random.${end}`
}

/** A policy in words: `pauses from 5 s to 1 h, only after 5xx or no answer`. */
export function retryWords(value: unknown): string {
  if (typeof value !== 'object' || value === null) return 'short pauses at random'
  const { max_doublings: doublings, max_duration_seconds: within, on = [], ...policy } = value as RetryPolicy
  const { min_backoff_seconds: min = retryDefaults.min_backoff_seconds } = policy
  const max = policy.max_backoff_seconds ?? Math.max(min, retryDefaults.max_backoff_seconds)
  const span = (seconds: unknown) => (typeof seconds === 'number' ? shortSpan(seconds) : String(seconds))
  const parts = [`pauses from ${span(min)} to ${span(max)}`]
  if (doublings !== undefined) parts.push(doublings === 1 ? 'doubled once' : `doubled ${doublings} times`)
  if (within !== undefined) parts.push(`within ${span(within)}`)
  if (on.length > 0) parts.push(`only after ${anyOf(on.map(conditionWords))}`)
  return parts.join(', ')
}

const conditionWords = (condition: number | string) =>
  ({ no_answer: 'no answer', expect: 'an unexpected answer' })[condition] ?? String(condition)

const sum = (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0)

/** `10 s, 20 s and 40 s`. */
const all = (texts: readonly string[]) => texts.join(', ').replace(/, ([^,]*)$/, ' and $1')

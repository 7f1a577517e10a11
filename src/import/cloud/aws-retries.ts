import { type Fields, objectOf } from './fields.ts'

/** Most retries of a task. */
const maxRetries = 10
/** What EventBridge repeats: these statuses, and calls without an answer. */
const repeated = [409, 429, '5xx', 'no_answer']

/** Reads the retry policy of a target: 24 hours and 185 times if it says nothing. */
export function readRetries(target: Fields, note: (text: string) => void): Fields {
  const { MaximumRetryAttempts: attempts = 185, MaximumEventAgeInSeconds: age = 86_400 } =
    objectOf(target.RetryPolicy) ?? {}
  if (objectOf(target.DeadLetterConfig)?.Arn !== undefined)
    note(
      'Calls that fail for good go to a queue (DeadLetterConfig). Make a channel (duly channel create) to be told of them.',
    )
  const count = whole(attempts, 185)
  if (count === 0) return {}
  if (count > maxRetries)
    note(`EventBridge repeats a failed call up to ${count} times; the task repeats it ${maxRetries} times at most.`)
  return {
    retries: Math.min(count, maxRetries),
    retry: { max_duration_seconds: Math.min(604_800, Math.max(1, whole(age, 86_400))), on: repeated },
  }
}

const whole = (value: unknown, otherwise: number) =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : otherwise

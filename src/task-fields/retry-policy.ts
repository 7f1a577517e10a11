import { type Static, Type } from '@sinclair/typebox'
import type { FieldError } from '../formats/field-error.ts'
import { retryCauses, retryDefaults } from './retry-waits.ts'
import { checkRanges, StatusCode, type StatusEntry, statusesPattern } from './status-entries.ts'

const seconds = (maximum: number) =>
  Type.Optional(Type.Integer({ minimum: 1, maximum, description: `a whole number from 1 to ${maximum}` }))

const Failures = Type.String({
  $id: 'Failures',
  pattern: `^(${[statusesPattern, ...retryCauses].join('|')})$`,
  examples: ['5xx', 'no_answer'],
})

/** Schema of a retry policy: how long to wait before each retry, for how long, and after which failures. */
export const RetryPolicy = Type.Object(
  {
    min_backoff_seconds: seconds(86_400),
    max_backoff_seconds: seconds(86_400),
    max_doublings: Type.Optional(Type.Integer({ minimum: 0, maximum: 16, description: 'a whole number from 0 to 16' })),
    max_duration_seconds: seconds(604_800),
    on: Type.Optional(
      Type.Array(
        Type.Union([StatusCode, Failures], {
          $id: 'RetryCondition',
          description: `a status such as 404, a class such as "5xx", a range such as "500-504", ${retryCauses.map((cause) => `"${cause}"`).join(' or ')}`,
        }),
        { minItems: 1, maxItems: 20, description: 'an array of 1 to 20 statuses and causes' },
      ),
    ),
  },
  { additionalProperties: false, $id: 'RetryPolicy', description: 'an object' },
)

/** A retry policy as it is stored: what was left out is missing. */
export type RetryPolicy = Static<typeof RetryPolicy>

/** Checks that the longest wait of a policy is not shorter than its shortest one, and its ranges of statuses. */
export function checkRetryPolicy(policy: RetryPolicy): readonly FieldError[] {
  const { min_backoff_seconds: min = retryDefaults.min_backoff_seconds, max_backoff_seconds: max, on = [] } = policy
  const ranges = checkRanges('/on', on as readonly StatusEntry[])
  return max === undefined || max >= min
    ? ranges
    : [
        {
          path: '/max_backoff_seconds',
          message: `must not be less than min_backoff_seconds, which is ${min}${policy.min_backoff_seconds === undefined ? ' unless given' : ''}`,
        },
        ...ranges,
      ]
}

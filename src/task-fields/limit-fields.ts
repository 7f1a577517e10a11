import { Type } from '@sinclair/typebox'
import { anyOf } from '../formats/list.ts'
import { nullable, oneOf } from '../formats/schema.ts'
import { flowNameInput } from './flow-name.ts'
import { missedChoices, missedRunsAtMost } from './missed.ts'
import { checkRetryPolicy, RetryPolicy } from './retry-policy.ts'
import type { TaskField } from './task-field.ts'

/** The fields that limit a call and its repetitions. */
export const limitFields = {
  timeout_seconds: {
    column: 'integer',
    input: nullable(Type.Integer({ minimum: 1, maximum: 3600, description: 'a whole number from 1 to 3600' })),
    output: Type.Union([Type.Integer(), Type.Null()], { description: "null takes the server's default" }),
    default: null,
    audit: 'value',
    isClaimed: true,
    isHashedAtDefault: true,
    option: {
      flags: '--timeout-seconds <n>',
      help: 'timeout of a call, 1 to 3600 (default: REQUEST_TIMEOUT_SECONDS)',
      reads: 'number',
    },
  },
  retries: {
    column: 'smallint',
    input: Type.Integer({ minimum: 0, maximum: 10, description: 'a whole number from 0 to 10' }),
    output: Type.Integer(),
    default: 0,
    audit: 'value',
    isClaimed: true,
    isHashedAtDefault: true,
    option: {
      flags: '--retries <n>',
      help: 'how often a failed call is repeated, 0 to 10 (default: 0)',
      reads: 'number',
    },
  },
  retry: {
    column: 'jsonb',
    domain: 'task_retry',
    input: nullable(RetryPolicy),
    output: nullable(
      RetryPolicy,
      'when a failed call is repeated: the shortest wait before a retry (5 s unless given), the longest (an hour), how often the wait doubles (5 times), for how long after the first attempt there are retries (until the next slot), and after which failures (any). Null: waits of random length, up to 2 s before the first retry and twice as long before each further one',
    ),
    default: null,
    check: checkRetryPolicy,
    audit: 'value',
    isClaimed: 'extra',
    isHashedAtDefault: false,
    option: {
      flags: '--retry <json>',
      help: 'when failed calls are repeated, such as \'{"min_backoff_seconds": 10, "on": ["5xx", "no_answer"]}\'',
      reads: 'json',
    },
  },
  late_limit_seconds: {
    column: 'integer',
    domain: 'task_late_limit',
    input: nullable(
      Type.Integer({ minimum: 1, maximum: 31_536_000, description: 'a whole number from 1 to 31536000' }),
    ),
    output: Type.Union([Type.Integer(), Type.Null()], {
      description: 'a slot that is later than this is skipped; null for no limit',
    }),
    default: null,
    audit: 'value',
    isClaimed: false,
    isHashedAtDefault: false,
    option: {
      flags: '--late-limit-seconds <n>',
      help: 'skip a slot that cannot start within this time (default: no limit)',
      reads: 'number',
    },
  },
  missed: {
    column: 'text',
    domain: 'task_missed',
    input: oneOf('MissedSlots', missedChoices),
    output: Type.Unsafe<(typeof missedChoices)[number]>({
      ...oneOf('MissedSlots', missedChoices),
      description: `what becomes of slots that were missed: one run for all of them, a run for each (the last ${missedRunsAtMost}), or none`,
    }),
    default: 'one',
    storedAsNull: 'one',
    audit: 'value',
    isClaimed: false,
    isHashedAtDefault: false,
    option: {
      flags: '--missed <choice>',
      help: `what becomes of missed slots: ${anyOf(missedChoices)} run (default: one)`,
      reads: 'text',
    },
  },
  flow: {
    column: 'text',
    domain: 'task_flow',
    input: nullable(flowNameInput),
    output: nullable(
      Type.String(),
      'the flow of the service whose limits the calls keep to. Null: the flow of the target, if there is one',
    ),
    default: null,
    audit: 'value',
    isClaimed: false,
    isHashedAtDefault: false,
    option: { flags: '--flow <name>', help: 'flow whose limits the calls keep to', reads: 'text' },
  },
} as const satisfies Readonly<Record<string, TaskField>>

import { Type } from '@sinclair/typebox'
import { nullable, Time } from '../formats/schema.ts'
import type { TaskField } from './task-field.ts'

/** The most slots that `max_runs` may allow. */
export const maxRunsAtMost = 1_000_000

/** The fields that say when a task that repeats ends. */
export const endFields = {
  ends_at: {
    column: 'timestamptz',
    input: nullable(Time),
    output: nullable(
      Time,
      'the last slot is the last one that is not later than this, and then the task is disabled; null: it has no end',
    ),
    default: null,
    audit: 'time',
    isClaimed: false,
    isHashedAtDefault: false,
    option: {
      flags: '--ends-at <time>',
      help: 'no slots after this time, such as 2026-12-31T23:59:59Z (default: no end)',
      reads: 'text',
    },
  },
  max_runs: {
    column: 'integer',
    domain: 'task_max_runs',
    input: nullable(
      Type.Integer({ minimum: 1, maximum: maxRunsAtMost, description: `a whole number from 1 to ${maxRunsAtMost}` }),
    ),
    output: nullable(
      Type.Integer(),
      'how many slots are run in all, after which the task is disabled; null for no limit',
    ),
    default: null,
    audit: 'value',
    isClaimed: false,
    isHashedAtDefault: false,
    option: {
      flags: '--max-runs <n>',
      help: 'number of slots to run in all, 1 to 1000000 (default: no limit)',
      reads: 'number',
    },
  },
} as const satisfies Readonly<Record<string, TaskField>>

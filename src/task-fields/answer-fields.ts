import { nullable } from '../formats/schema.ts'
import { checkExpect, Expect } from './expect.ts'
import type { TaskField } from './task-field.ts'

/** The fields that say what a success is. */
export const answerFields = {
  expect: {
    column: 'jsonb',
    domain: 'task_expect',
    input: nullable(Expect),
    output: nullable(
      Expect,
      'what the answer must be for a success: its status, texts in its body, and values in its JSON. Null: any 2xx',
    ),
    default: null,
    check: checkExpect,
    audit: 'value',
    isClaimed: 'extra',
    isHashedAtDefault: false,
    option: {
      flags: '--expect <json>',
      help: 'what the answer must be, such as \'{"status": ["2xx", 304], "contains": "done"}\' (default: any 2xx)',
      reads: 'json',
    },
  },
} as const satisfies Readonly<Record<string, TaskField>>

import { nullable, Time } from '../formats/schema.ts'
import type { TaskField } from './task-field.ts'

/** The field that says when a paused task goes on by itself. */
export const pauseFields = {
  paused_until: {
    column: 'timestamptz',
    input: nullable(Time),
    output: nullable(
      Time,
      'when a paused task is set active again by itself; null: it stays paused, or is not paused. A change of the status without it sets it to null',
    ),
    default: null,
    audit: 'time',
    isClaimed: false,
    isHashedAtDefault: false,
    option: {
      flags: '--paused-until <time>',
      help: 'with --status paused: when the task is active by itself, such as 2026-12-24T08:00:00Z (default: never)',
      reads: 'text',
    },
  },
} as const satisfies Readonly<Record<string, TaskField>>

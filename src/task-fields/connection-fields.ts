import { Type } from '@sinclair/typebox'
import type { TaskField } from './task-field.ts'

/** The fields that say how a target is connected to, and what of its URL is secret. */
export const connectionFields = {
  secret_url: {
    column: 'boolean',
    domain: 'task_secret_url',
    input: Type.Boolean({ description: 'true or false' }),
    output: Type.Boolean({
      description:
        'whether the URL is a secret itself, as that of a webhook. Path and query are then stored encrypted and shown as ********; a URL sent back with that keeps them',
    }),
    default: false,
    audit: 'value',
    isClaimed: false,
    isHashedAtDefault: false,
    option: {
      flags: '--secret-url <true or false>',
      help: 'whether path and query of the URL are stored encrypted and shown masked (default: false)',
      reads: 'json',
    },
  },
} as const satisfies Readonly<Record<string, TaskField>>

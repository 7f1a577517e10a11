import { Type } from '@sinclair/typebox'
import { nullable } from '../formats/schema.ts'
import { checkExpect, Expect } from './expect.ts'
import { hostPattern } from './host.ts'
import type { TaskField } from './task-field.ts'
import './text-formats.ts'

/** The fields that say for which host a target is called, and what a success is. */
export const targetFields = {
  host: {
    column: 'text',
    domain: 'task_host',
    input: nullable(
      Type.String({
        format: 'host',
        documented: { minLength: 1, maxLength: 260, pattern: hostPattern },
        description: 'a host with an optional port, such as app.example.com',
      }),
    ),
    output: Type.Union([Type.String(), Type.Null()], {
      description:
        'sent as Host header instead of the host of the URL. The connection, and over TLS the name that the certificate must be for, are those of the URL; a redirect to another origin is called without it',
    }),
    default: null,
    audit: 'value',
    isClaimed: 'extra',
    isHashedAtDefault: false,
    option: { flags: '--host <host>', help: 'Host header to send instead of the host of the URL', reads: 'text' },
  },
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

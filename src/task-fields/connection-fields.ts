import { FormatRegistry, Type } from '@sinclair/typebox'
import { nullable } from '../formats/schema.ts'
import type { TaskField } from './task-field.ts'

const profileName = /^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}$/
FormatRegistry.Set('profile-name', (text) => profileName.test(text))

/** Schema of the name of a TLS profile. */
export const profileNameInput = Type.String({
  format: 'profile-name',
  documented: { minLength: 1, maxLength: 64, pattern: '^[A-Za-z0-9_][A-Za-z0-9_-]*$' },
  description: 'a name of 1 to 64 letters, digits, _ and -, not beginning with -',
})

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
  tls_profile: {
    column: 'text',
    domain: 'task_tls_profile',
    input: nullable(profileNameInput),
    output: nullable(
      Type.String(),
      'the TLS profile of the service with which an https target is connected to: which certificate authority is trusted, and which client certificate is presented. A redirect to another origin is called without it',
    ),
    default: null,
    audit: 'value',
    isClaimed: 'extra',
    isHashedAtDefault: false,
    option: { flags: '--tls-profile <name>', help: 'TLS profile with which the target is connected to', reads: 'text' },
  },
} as const satisfies Readonly<Record<string, TaskField>>

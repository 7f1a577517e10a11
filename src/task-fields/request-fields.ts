import { Type } from '@sinclair/typebox'
import { anyOf } from '../formats/list.ts'
import { nullable, oneOf } from '../formats/schema.ts'
import { methods } from './methods.ts'
import { headerValuePattern, methodPattern, namePattern, storablePattern } from './openapi-patterns.ts'
import { statuses } from './statuses.ts'
import { targetUrlPattern } from './target-url.ts'
import type { TaskField } from './task-field.ts'
import './text-formats.ts'

// The description of an input schema is both documentation and error message: it completes the sentence "must be …".
// `documented` holds the keywords that only the OpenAPI document contains. Lengths are among them because TypeBox counts
// UTF-16 code units, and Duly counts characters.

/** The fields that say what is called, and whether. */
export const requestFields = {
  name: {
    column: 'text',
    input: Type.String({
      format: 'name',
      documented: { minLength: 1, maxLength: 200, pattern: namePattern },
      description: 'a name of 1 to 200 characters, not all of them spaces',
    }),
    output: Type.String(),
    audit: 'value',
    isClaimed: false,
    isHashedAtDefault: true,
    option: { flags: '--name <name>', help: 'name of 1 to 200 characters', reads: 'text' },
  },
  url: {
    column: 'text',
    input: Type.String({
      format: 'target-url',
      documented: { maxLength: 4096, pattern: targetUrlPattern },
      description: 'an http or https URL of at most 4096 characters, without user and password',
    }),
    output: Type.String(),
    audit: 'value',
    isClaimed: true,
    isHashedAtDefault: true,
    option: { flags: '--url <url>', help: 'http or https URL to call', reads: 'text' },
  },
  method: {
    column: 'text',
    input: Type.Unsafe<string>(
      Type.String({
        format: 'method',
        documented: { pattern: methodPattern },
        description: `${anyOf(methods)}, in any case`,
      }),
    ),
    output: oneOf('Method', methods),
    audit: 'value',
    isClaimed: true,
    isHashedAtDefault: true,
    option: { flags: '--method <method>', help: anyOf(methods), reads: 'text' },
  },
  header: {
    column: 'jsonb',
    input: Type.Object(
      {},
      {
        additionalProperties: Type.String({
          format: 'header-value',
          documented: { maxLength: 4096, pattern: headerValuePattern },
          description: 'a string of visible ASCII of at most 4 KB',
        }),
        documented: { maxProperties: 64 },
        description: 'an object of request headers, name to value, at most 64',
      },
    ),
    output: Type.Object(
      {},
      {
        additionalProperties: Type.String(),
        description: 'request headers; the value of a secret one is ********, and that sent back keeps it',
      },
    ),
    default: {},
    audit: 'header',
    isClaimed: true,
    isHashedAtDefault: true,
    option: {
      flags: '--header <name: value>',
      help: 'header to send; may be given several times',
      reads: 'headers',
    },
  },
  payload: {
    column: 'text',
    input: nullable(
      Type.String({
        format: 'payload',
        documented: { maxLength: 262_144, pattern: storablePattern },
        description: 'a string of at most 256 KiB, kept but not sent with GET and HEAD,',
      }),
    ),
    output: Type.Union([Type.String(), Type.Null()]),
    default: null,
    audit: 'payload',
    isClaimed: true,
    isHashedAtDefault: true,
    option: {
      flags: '--payload <text>',
      help: 'body to send; @FILE reads a file, - reads stdin',
      reads: 'payload',
    },
  },
  status: {
    column: 'text',
    input: oneOf('TaskStatus', statuses),
    output: oneOf('TaskStatus', statuses),
    default: 'active',
    audit: 'value',
    isClaimed: false,
    isHashedAtDefault: true,
    option: { flags: '--status <status>', help: `${anyOf(statuses)} (default: active)`, reads: 'text' },
  },
} as const satisfies Readonly<Record<string, TaskField>>

import { Type } from '@sinclair/typebox'
import { anyOf } from '../formats/list.ts'
import { nullable, oneOf, Time } from '../formats/schema.ts'
import { units } from '../schedule/unit.ts'
import { methods } from './methods.ts'
import {
  cronPattern,
  headerValuePattern,
  methodPattern,
  namePattern,
  storablePattern,
  timeZonePattern,
} from './openapi-patterns.ts'
import { statuses } from './statuses.ts'
import { targetUrlPattern } from './target-url.ts'
import type { TaskField } from './task-field.ts'
import './text-formats.ts'

// The description of an input schema is both documentation and error message: it completes the sentence "must be …".
// `documented` holds the keywords that only the OpenAPI document contains. Lengths are among them because TypeBox counts
// UTF-16 code units, and Duly counts characters.

/** The fields of a task, in the order in which they are stored, hashed and returned. */
export const taskFields = {
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
    output: oneOf(methods),
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
        description: 'a string of at most 256 KiB, kept but not sent with GET,',
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
    input: oneOf(statuses),
    output: oneOf(statuses),
    default: 'active',
    audit: 'value',
    isClaimed: false,
    isHashedAtDefault: true,
    option: { flags: '--status <status>', help: `${anyOf(statuses)} (default: active)`, reads: 'text' },
  },
  scheduled_at: {
    column: 'timestamptz',
    input: nullable(Time),
    output: Type.Union([Time, Type.Null()], { description: 'the next run; null once a run-once task has run' }),
    default: null,
    audit: 'time',
    isClaimed: false,
    isHashedAtDefault: true,
    option: {
      flags: '--scheduled-at <time>',
      help: 'time of the first run, such as 2026-11-24T12:00:00Z; of the only run if alone',
      reads: 'text',
    },
  },
  frequency: {
    column: 'integer',
    input: nullable(
      Type.Integer({ minimum: 1, maximum: 2_147_483_647, description: 'a whole number from 1 to 2147483647' }),
    ),
    output: Type.Union([Type.Integer(), Type.Null()], {
      description: 'with unit how often it runs; null with cron, and for a task that runs once',
    }),
    default: null,
    audit: 'value',
    pairedWith: 'unit',
    isClaimed: false,
    isHashedAtDefault: true,
    option: { flags: '--frequency <n>', help: 'number of units between two runs', reads: 'number' },
  },
  unit: {
    column: 'text',
    input: nullable(oneOf(units)),
    output: Type.Union([oneOf(units), Type.Null()]),
    default: null,
    audit: 'value',
    pairedWith: 'frequency',
    isClaimed: false,
    isHashedAtDefault: true,
    option: { flags: '--unit <unit>', help: anyOf(units), reads: 'text' },
  },
  cron: {
    column: 'text',
    input: nullable(
      Type.String({
        documented: { maxLength: 200, pattern: cronPattern },
        description:
          'a cron pattern of five fields (minute, hour, day of month, month, weekday), such as 30 2 * * MON-FRI,',
      }),
    ),
    output: Type.Union([Type.String(), Type.Null()], { description: 'the pattern of the times at which it runs' }),
    default: null,
    audit: 'value',
    pairedWith: 'time_zone',
    isClaimed: false,
    isHashedAtDefault: true,
    option: {
      flags: '--cron <pattern>',
      help: "cron pattern of five fields, such as '30 2 * * MON-FRI', instead of --frequency",
      reads: 'text',
    },
  },
  time_zone: {
    column: 'text',
    input: nullable(
      Type.String({
        documented: { pattern: timeZonePattern },
        description: 'the IANA name of the time zone that cron is read in (UTC unless given), such as Europe/Berlin,',
      }),
    ),
    output: Type.Union([Type.String(), Type.Null()], { description: 'the zone that cron is read in' }),
    default: null,
    audit: 'value',
    pairedWith: 'cron',
    isClaimed: false,
    isHashedAtDefault: true,
    option: {
      flags: '--time-zone <zone>',
      help: 'time zone of --cron, such as Europe/Berlin (default: UTC)',
      reads: 'text',
    },
  },
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
} as const satisfies Readonly<Record<string, TaskField>>

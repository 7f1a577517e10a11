import { FormatRegistry, type Static, type TSchema, Type } from '@sinclair/typebox'
import { describeFormat } from '../formats/format-faults.ts'
import { anyOf } from '../formats/list.ts'
import { nullable, oneOf, Time } from '../formats/schema.ts'
import { units } from '../schedule/unit.ts'
import { isHeaderValue, isName, isStorable } from './limits.ts'
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
import { isTargetUrl, targetUrlPattern, urlFault } from './target-url.ts'

// The description of an input schema is both documentation and error message: it completes the sentence "must be …".
// `documented` holds the keywords that only the OpenAPI document contains. Lengths are among them because TypeBox counts
// UTF-16 code units, and Duly counts characters.

FormatRegistry.Set('name', isName)
FormatRegistry.Set('target-url', isTargetUrl)
describeFormat('target-url', urlFault)
FormatRegistry.Set('header-value', isHeaderValue)
FormatRegistry.Set('payload', (text) => isStorable(text) && Buffer.byteLength(text) <= 262_144)
// Not with toUpperCase(), which converts "POſT" to POST.
const anyMethod = new RegExp(`^(${methods.join('|')})$`, 'i')
FormatRegistry.Set('method', (text) => anyMethod.test(text))

/** Describes a field of a task that clients can set. Everything that handles fields is derived from these descriptions. */
export interface TaskField {
  /** Type of the column of `task` that has the field's name. */
  readonly column: 'text' | 'jsonb' | 'timestamptz' | 'integer' | 'smallint'
  /** Schema in a request. */
  readonly input: TSchema
  /** Schema in a response. */
  readonly output: TSchema
  /** Value of a new task if the request does not give one. A field without a default is required. */
  readonly default?: unknown
  /** How audit entries store it: unchanged, a time as RFC 3339, headers with secret values masked, a long payload truncated. */
  readonly audit: 'value' | 'time' | 'header' | 'payload'
  /** The field that is needed to understand this one. If either changes, audit entries contain both. */
  readonly pairedWith?: string
  /** Whether claims return the field, because the call of the target needs it. */
  readonly isClaimed: boolean
  /**
   * Whether the hash of a request with an Idempotency-Key includes the field even if it has its default. False for a field
   * that is added after a release: keys that were stored before the upgrade must still match.
   */
  readonly isHashedAtDefault: boolean
  /** The option of `duly task create`, or the reason why there is none. */
  readonly option: TaskOption | { readonly none: string }
}

/** The command-line option for a field. */
export interface TaskOption {
  /** The option and its argument, such as `--name <name>`. */
  readonly flags: string
  readonly help: string
  /** How the option's value is parsed. */
  readonly reads: 'text' | 'number' | 'headers' | 'payload'
}

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

type Fields = typeof taskFields

/** The name of a field of a task, in JSON and in the database. */
export type FieldName = keyof Fields

/** The name of a field that a create requires. */
type RequiredName = {
  [name in FieldName]: Fields[name] extends { readonly default: unknown } ? never : name
}[FieldName]

/** The names and descriptions of all fields, in order. */
export const fieldEntries = Object.entries(taskFields) as readonly (readonly [FieldName, TaskField])[]

/** The names of all fields, in order. */
export const fieldNames: readonly FieldName[] = fieldEntries.map(([name]) => name)

/** Returns one schema of each field, or of those fields that `isWanted` selects. */
const pick = <K extends 'input' | 'output'>(what: K, isWanted = (_: TaskField) => true) =>
  Object.fromEntries(
    fieldEntries.filter(([, field]) => isWanted(field)).map(([name, field]) => [name, field[what]]),
  ) as {
    -readonly [name in FieldName]: Fields[name][K]
  }

/** The schema of each field in a request. */
export const inputs = pick('input')

/** The schema of each field that a create requires. */
export const requiredInputs: Pick<typeof inputs, RequiredName> = pick('input', (field) => !('default' in field))

/** The schema of each field in a response. */
export const outputs = pick('output')

/** The values of all fields of a task, as they are stored and returned. */
export type FieldValues = { [name in FieldName]: Static<Fields[name]['output']> }

/** The name of a field that claims return. */
export type ClaimedName = { [name in FieldName]: Fields[name]['isClaimed'] extends true ? name : never }[FieldName]

/** The names of the fields that claims return, in order. */
export const claimedNames = fieldEntries.filter(([, field]) => field.isClaimed).map(([name]) => name as ClaimedName)

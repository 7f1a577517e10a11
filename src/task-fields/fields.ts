import { FormatRegistry, type Static, type TSchema, Type } from '@sinclair/typebox'
import { describeFormat } from '../formats/format-faults.ts'
import { anyOf } from '../formats/list.ts'
import { nullable, oneOf, Time } from '../formats/schema.ts'
import { units } from '../schedule/unit.ts'
import { cronPattern, headerValue, methodInAnyCase, nameOfTask, storable, zoneName } from './documented.ts'
import { isHeaderValue, isName, isStorable } from './limits.ts'
import { methods } from './methods.ts'
import { statuses } from './statuses.ts'
import { isTargetUrl, targetUrlPattern, urlFault } from './target-url.ts'

// The description of an input schema is written so that it ends the sentence "must be …": it is the documentation and the
// error at once. `documented` is for the OpenAPI document only: TypeBox counts the length of a text in UTF-16 code units, and
// Duly in characters.

FormatRegistry.Set('name', isName)
FormatRegistry.Set('target-url', isTargetUrl)
describeFormat('target-url', urlFault)
FormatRegistry.Set('header-value', isHeaderValue)
FormatRegistry.Set('payload', (text) => isStorable(text) && Buffer.byteLength(text) <= 262_144)
// Not by toUpperCase(), for which "POſT" is POST as well.
const methodPattern = new RegExp(`^(${methods.join('|')})$`, 'i')
FormatRegistry.Set('method', (text) => methodPattern.test(text))

/** One field of a task, as a client may set it. Everything that handles fields is made from these descriptions. */
export interface TaskField {
  /** Type of the column of `task` with this name. */
  readonly column: 'text' | 'jsonb' | 'timestamptz' | 'integer' | 'smallint'
  /** Schema in a request. */
  readonly input: TSchema
  /** Schema in an answer. */
  readonly answer: TSchema
  /** Value of a create that leaves the field out; a field without a default is required. */
  readonly default?: unknown
  /** How the audit shows it: as it is, a time as RFC 3339, secret headers masked, or a long payload truncated. */
  readonly audit: 'value' | 'time' | 'header' | 'payload'
  /** A field that says nothing without this one: the audit records both if either changes. */
  readonly pairedWith?: string
  /** Whether a call needs it: then claims return it. */
  readonly isCalled: boolean
  /**
   * Whether the hash of an Idempotency-Key includes it at its default. False for a field that is added after a release, so
   * that keys which were stored before the upgrade still match.
   */
  readonly isHashedAtDefault: boolean
  /** Option of `duly task create`, or why there is none. */
  readonly option: TaskOption | { readonly none: string }
}

/** An option of the command line for a field. */
export interface TaskOption {
  readonly flags: string
  readonly help: string
  readonly reads: 'text' | 'number' | 'headers' | 'payload'
}

/** The fields of a task, in the order in which they are stored, hashed and answered. */
export const taskFields = {
  name: {
    column: 'text',
    input: Type.String({
      format: 'name',
      documented: { minLength: 1, maxLength: 200, pattern: nameOfTask },
      description: 'a name of 1 to 200 characters, not all of them spaces',
    }),
    answer: Type.String(),
    audit: 'value',
    isCalled: false,
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
    answer: Type.String(),
    audit: 'value',
    isCalled: true,
    isHashedAtDefault: true,
    option: { flags: '--url <url>', help: 'http or https URL to call', reads: 'text' },
  },
  method: {
    column: 'text',
    input: Type.Unsafe<string>(
      Type.String({
        format: 'method',
        documented: { pattern: methodInAnyCase },
        description: `${anyOf(methods)}, in any case`,
      }),
    ),
    answer: oneOf(methods),
    audit: 'value',
    isCalled: true,
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
          documented: { maxLength: 4096, pattern: headerValue },
          description: 'a string of visible ASCII of at most 4 KB',
        }),
        documented: { maxProperties: 64 },
        description: 'an object of request headers, name to value, at most 64',
      },
    ),
    answer: Type.Object(
      {},
      {
        additionalProperties: Type.String(),
        description: 'request headers; the value of a secret one is ********, and that sent back keeps it',
      },
    ),
    default: {},
    audit: 'header',
    isCalled: true,
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
        documented: { maxLength: 262_144, pattern: storable },
        description: 'a string of at most 256 KiB, kept but not sent with GET,',
      }),
    ),
    answer: Type.Union([Type.String(), Type.Null()]),
    default: null,
    audit: 'payload',
    isCalled: true,
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
    answer: oneOf(statuses),
    default: 'active',
    audit: 'value',
    isCalled: false,
    isHashedAtDefault: true,
    option: { flags: '--status <status>', help: `${anyOf(statuses)} (default: active)`, reads: 'text' },
  },
  scheduled_at: {
    column: 'timestamptz',
    input: nullable(Time),
    answer: Type.Union([Time, Type.Null()], { description: 'the next run; null once a run-once task has run' }),
    default: null,
    audit: 'time',
    isCalled: false,
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
    answer: Type.Union([Type.Integer(), Type.Null()], {
      description: 'with unit how often it runs; null with cron, and for a task that runs once',
    }),
    default: null,
    audit: 'value',
    pairedWith: 'unit',
    isCalled: false,
    isHashedAtDefault: true,
    option: { flags: '--frequency <n>', help: 'number of units between two runs', reads: 'number' },
  },
  unit: {
    column: 'text',
    input: nullable(oneOf(units)),
    answer: Type.Union([oneOf(units), Type.Null()]),
    default: null,
    audit: 'value',
    pairedWith: 'frequency',
    isCalled: false,
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
    answer: Type.Union([Type.String(), Type.Null()], { description: 'the pattern of the times at which it runs' }),
    default: null,
    audit: 'value',
    pairedWith: 'time_zone',
    isCalled: false,
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
        documented: { pattern: zoneName },
        description: 'the IANA name of the time zone that cron is read in (UTC unless given), such as Europe/Berlin,',
      }),
    ),
    answer: Type.Union([Type.String(), Type.Null()], { description: 'the zone that cron is read in' }),
    default: null,
    audit: 'value',
    pairedWith: 'cron',
    isCalled: false,
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
    answer: Type.Union([Type.Integer(), Type.Null()], { description: "null takes the server's default" }),
    default: null,
    audit: 'value',
    isCalled: true,
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
    answer: Type.Integer(),
    default: 0,
    audit: 'value',
    isCalled: true,
    isHashedAtDefault: true,
    option: {
      flags: '--retries <n>',
      help: 'how often a failed call is repeated, 0 to 10 (default: 0)',
      reads: 'number',
    },
  },
} as const satisfies Readonly<Record<string, TaskField>>

type Fields = typeof taskFields

/** The name of a field of a task: in JSON, in the database, and on the screen. */
export type FieldName = keyof Fields

/** A field that a create must give. */
type RequiredName = {
  [name in FieldName]: Fields[name] extends { readonly default: unknown } ? never : name
}[FieldName]

/** The fields with their names, in their order. */
export const fieldEntries = Object.entries(taskFields) as readonly (readonly [FieldName, TaskField])[]

/** The names of the fields, in their order. */
export const fieldNames: readonly FieldName[] = fieldEntries.map(([name]) => name)

const pick = <K extends 'input' | 'answer'>(what: K, isWanted = (_: TaskField) => true) =>
  Object.fromEntries(
    fieldEntries.filter(([, field]) => isWanted(field)).map(([name, field]) => [name, field[what]]),
  ) as {
    -readonly [name in FieldName]: Fields[name][K]
  }

/** The schemas of the fields in a request. */
export const inputs = pick('input')

/** Those of the fields that a create must give. */
export const requiredInputs: Pick<typeof inputs, RequiredName> = pick('input', (field) => !('default' in field))

/** The schemas of the fields in an answer. */
export const answers = pick('answer')

/** The fields of a task as they are stored and answered. */
export type FieldValues = { [name in FieldName]: Static<Fields[name]['answer']> }

/** The fields that a call needs. */
export type CalledName = { [name in FieldName]: Fields[name]['isCalled'] extends true ? name : never }[FieldName]

/** Their names, in their order. */
export const calledNames = fieldEntries.filter(([, field]) => field.isCalled).map(([name]) => name as CalledName)

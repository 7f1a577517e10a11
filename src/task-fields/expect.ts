import { FormatRegistry, type Static, Type } from '@sinclair/typebox'
import type { FieldError } from '../formats/field-error.ts'
import { type OperatorName, operatorNames } from './json-operators.ts'
import { isStorable, isWithin } from './limits.ts'
import { checkRanges, statusEntry } from './status-entries.ts'

/** Maximum length of a text to look for and of a pointer, and of the JSON text of a value, in characters. */
const [maxText, maxValue] = [200, 1000]

FormatRegistry.Set('expected-text', (text) => text !== '' && isWithin(text, maxText) && isStorable(text))
FormatRegistry.Set(
  'json-pointer',
  (text) => /^(\/([^~/]|~[01])*)*$/.test(text) && isWithin(text, maxText) && isStorable(text),
)

const text = Type.String({
  format: 'expected-text',
  $id: 'ExpectedText',
  documented: { minLength: 1, maxLength: maxText, pattern: '^[^\\x00]*$', examples: ['"ok"'] },
  description: `a text of 1 to ${maxText} characters`,
})
const texts = Type.Optional(
  Type.Union(
    [
      text,
      Type.Array(text, { $id: 'ExpectedTextList', minItems: 1, maxItems: 5, description: 'an array of 1 to 5 texts' }),
    ],
    { $id: 'ExpectedTexts', description: `a text of 1 to ${maxText} characters, or an array of 1 to 5 of them` },
  ),
)
const yes = Type.Optional(Type.Boolean({ documented: { const: true }, description: 'true' }))
const bound = Type.Optional(Type.Number({ description: 'a number' }))
const anyValue = Type.Optional(Type.Unknown({ description: `any JSON value, of at most ${maxValue} characters` }))

const operators = {
  equals: anyValue,
  not_equals: anyValue,
  absent: yes,
  present: yes,
  at_least: bound,
  at_most: bound,
} satisfies Readonly<Record<OperatorName, unknown>>

/** Schema of a rule about one value of a JSON answer: a pointer and one operator. */
const JsonRule = Type.Object(
  {
    pointer: Type.String({
      format: 'json-pointer',
      documented: { maxLength: maxText, pattern: '^(/([^~/\\x00]|~[01])*)*$' },
      description: `a JSON pointer (RFC 6901) of at most ${maxText} characters, such as /status or /items/0/id`,
    }),
    ...operators,
  },
  {
    additionalProperties: false,
    documented: { minProperties: 2, maxProperties: 2 },
    $id: 'JsonRule',
    examples: [{ pointer: '/status', equals: 'ok' }],
    description: `an object with pointer and one of ${operatorNames.join(', ')}`,
  },
)

/** Schema of what a task expects of an answer. All that is given must hold. */
export const Expect = Type.Object(
  {
    status: Type.Optional(
      Type.Array(statusEntry, {
        minItems: 1,
        maxItems: 10,
        description: 'an array of 1 to 10 statuses, classes such as "2xx" and ranges such as "400-404"',
      }),
    ),
    contains: texts,
    not_contains: texts,
    json: Type.Optional(Type.Array(JsonRule, { minItems: 1, maxItems: 5, description: 'an array of 1 to 5 rules' })),
  },
  {
    additionalProperties: false,
    minProperties: 1,
    $id: 'Expect',
    description: 'an object with status, contains, not_contains or json',
  },
)

/** What a task expects of an answer, as it is stored. */
export type Expect = Static<typeof Expect>
/** A rule about one value of a JSON answer. */
export type JsonRule = Static<typeof JsonRule>

/** Checks what the schema cannot: ranges, one operator for each rule, and values that can be stored and compared. */
export function checkExpect({ status = [], json = [] }: Expect): readonly FieldError[] {
  return [
    ...checkRanges('/status', status),
    ...json.flatMap((rule, index) =>
      checkRule(rule).map((error) => ({ ...error, path: `/json/${index}${error.path}` })),
    ),
  ]
}

/**
 * Checks that a task which is called with HEAD expects nothing of the body: its answer has none.
 * @param fields those of a request; a field that is missing is not checked
 */
export function checkExpectOfMethod(fields: { method?: string; expect?: Expect | null }): readonly FieldError[] {
  const { method, expect } = fields
  if (method !== 'HEAD' || !expect) return []
  return (['contains', 'not_contains', 'json'] as const)
    .filter((name) => expect[name] !== undefined)
    .map((name) => ({ path: `/expect/${name}`, message: 'cannot be checked with HEAD, whose answer has no body' }))
}

function checkRule(rule: JsonRule): FieldError[] {
  const given = operatorNames.filter((name) => rule[name] !== undefined)
  if (given.length !== 1)
    return [
      { path: '', message: `must have one of ${operatorNames.join(', ')}; it has ${given.join(' and ') || 'none'}` },
    ]
  const [name] = given as [OperatorName]
  if (rule[name] === false && (name === 'absent' || name === 'present'))
    return [{ path: `/${name}`, message: `must be true; for false, use ${name === 'absent' ? 'present' : 'absent'}` }]
  const fault = typeof rule[name] === 'number' ? numberFault(rule[name]) : valueFault(rule[name])
  return fault === undefined ? [] : [{ path: `/${name}`, message: fault }]
}

/** Returns the error of a value that cannot be stored or compared. */
function valueFault(value: unknown): string | undefined {
  const json = JSON.stringify(value)
  if (!isWithin(json, maxValue)) return `must be at most ${maxValue} characters of JSON; it has ${[...json].length}`
  let fault: string | undefined
  JSON.stringify(value, (name, inner) => {
    if (!isStorable(name) || (typeof inner === 'string' && !isStorable(inner)))
      fault ??= 'must not hold the character U+0000 or half of a surrogate pair'
    if (typeof inner === 'number') fault ??= numberFault(inner)
    return inner
  })
  return fault
}

/** Returns the error of a number that was rounded when it was read: it would be compared as another one. */
function numberFault(value: number): string | undefined {
  if (!Number.isFinite(value)) return 'must be a number below 1.8e308'
  return Number.isInteger(value) && !Number.isSafeInteger(value)
    ? `must not be a whole number beyond ${Number.MAX_SAFE_INTEGER}: numbers are compared with a precision of 64 bits, and this one is rounded`
    : undefined
}

import fc from 'fast-check'
import { seldom } from './fuzz-headers.ts'
import { broken, containers, hostileStrings, hostileTexts, nearly, numbers, rightful } from './fuzz-values.ts'
import { type PlainSchema, plainSchema, type Schema } from './plain-schema.ts'

const codeUnits = fc.string({ unit: fc.nat(0xffff).map((unit) => String.fromCharCode(unit)), maxLength: 12 })
const anything: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...hostileStrings) },
  { weight: 3, arbitrary: fc.constantFrom(...numbers) },
  { weight: 2, arbitrary: fc.constantFrom(...containers) },
  { weight: 2, arbitrary: fc.constantFrom('null', 'true', 'false') },
  { weight: 2, arbitrary: codeUnits.map((text) => JSON.stringify(text)) },
  { weight: 1, arbitrary: fc.json({ maxDepth: 3 }) },
  { weight: 1, arbitrary: fc.constantFrom(...broken) },
)
/** Few, since each costs what a hundred others cost. */
const huge = fc.constant(0).map(() => `"${'x'.repeat(1_048_576)}"`)
const oddNames = fc.oneof(
  fc.constantFrom(...['__proto__', 'constructor', 'prototype', 'toString', '', 'nme', 'Name', 'a/b~c', '0', 'version']),
  fc.constantFrom(...hostileTexts.filter((text) => text.length < 300)),
)

const mostly = (one: fc.Arbitrary<string>, other: fc.Arbitrary<string>) =>
  fc.oneof({ weight: 12, arbitrary: one }, { weight: 1, arbitrary: other })

/** JSON text for a schema of the document: mostly right, in places nearly right, and now and then anything at all. */
function jsonFor(
  given: Schema,
  schemas: Readonly<Record<string, Schema>>,
  name = '',
  beside = 1,
): fc.Arbitrary<string> {
  const schema = plainSchema(given, schemas)
  const close = nearly[name] ?? nearly[schema.format ?? ''] ?? nearly[schema.type ?? '']
  return fc.oneof(
    // The more fields a body has, the fewer of them are wrong: otherwise hardly a body would be taken.
    { weight: Math.max(150, 20 * beside), arbitrary: right(schema, schemas, name) },
    { weight: 6, arbitrary: close ? fc.constantFrom(...close) : anything },
    { weight: 3, arbitrary: anything },
    { weight: schema.type === 'object' ? 0 : 1, arbitrary: mostly(anything, huge) },
  )
}

function right(schema: PlainSchema, schemas: Readonly<Record<string, Schema>>, name: string): fc.Arbitrary<string> {
  if (schema.enum) {
    const values = schema.enum.filter((value) => value !== null).map((value) => JSON.stringify(value))
    return schema.nullable ? mostly(fc.constantFrom(...values), fc.constant('null')) : fc.constantFrom(...values)
  }
  const known = rightful[schema.type === 'array' ? '' : name]
  if (known) return fc.constantFrom(...known)
  if (schema.type === 'object') return object(schema, schemas)
  if (schema.type === 'array')
    return fc
      .array(schema.items ? jsonFor(schema.items, schemas, name) : anything, { minLength: 1, maxLength: 3 })
      .map((items) => `[${items.join(',')}]`)
  if (schema.type === 'boolean') return fc.constantFrom('true', 'false')
  if (schema.type === 'integer') {
    const { minimum = 0, maximum = 1000 } = schema
    const number = fc.integer({ min: minimum, max: Math.min(maximum, minimum + 99) }).map(String)
    return schema.nullable ? mostly(number, fc.constant('null')) : number
  }
  return fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).map((text) => JSON.stringify(text))
}

function object(schema: Schema, schemas: Readonly<Record<string, Schema>>): fc.Arbitrary<string> {
  const properties = Object.entries(schema.properties ?? {})
  const fields = Object.fromEntries(
    properties.map(([name, inner]) => [name, jsonFor(inner, schemas, name, properties.length)]),
  )
  const required = new Set([...(schema.required ?? []), ...Object.values(schedule).flat()])
  const extra = fc.array(fc.tuple(fc.oneof(oddNames, fc.constantFrom(...Object.keys(fields), 'x')), anything), {
    minLength: 1,
    maxLength: 2,
  })
  return fc
    .tuple(
      fc.record(fields, { requiredKeys: Object.keys(fields).filter((name) => required.has(name)) }),
      fc.constantFrom('every', 'every', 'every', fields.cron ? 'cron' : 'every', 'once', 'none', 'all'),
      fc.oneof({ weight: 14, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: extra }),
      fc.nat(150),
    )
    .map(([given, kind, more, left]) => {
      const all = Object.entries(oneChoice(oneSchedule(given, kind), left))
      // Of many fields one is nearly always wrong, so every second body of many fields has few.
      const isKept = ([name]: [string, string], at: number) =>
        properties.length < 12 || left % 2 === 0 || required.has(name) || (at + left) % 7 === 0
      const entries = [...all.filter(isKept), ...more]
      if (left < properties.length) entries.splice(left, 1)
      return `{${entries.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',')}}`
    })
}

/** A task has one kind of schedule, which its schema does not say. */
const schedule = { every: ['frequency', 'unit'], cron: ['cron', 'time_zone'], once: ['scheduled_at'] }

function oneSchedule(given: Readonly<Record<string, string>>, kind: string): Record<string, string> {
  if (kind === 'all') return { ...given }
  const wanted = schedule[kind as keyof typeof schedule] ?? []
  // A change of many statuses names its tasks in one way.
  const ways = given.ids !== undefined ? ['all', 'flow'] : given.all !== undefined ? ['flow'] : []
  const others = [...ways, ...['frequency', 'unit', 'cron', 'time_zone'].filter((name) => !wanted.includes(name))]
  return Object.fromEntries(Object.entries(given).filter(([name]) => !others.includes(name)))
}

/** A change of many statuses names its tasks in one way. */
function oneChoice(given: Record<string, string>, which: number): Record<string, string> {
  const choices = ['ids', 'all', 'flow']
  if (!('ids' in given) || which > 140) return given
  return Object.fromEntries(
    Object.entries(given).filter(([name]) => !choices.includes(name) || name === choices[which % 3]),
  )
}

export const encode = (text: string) => new TextEncoder().encode(text)
const splice = (bytes: Uint8Array, at: number, inserted: readonly number[]) => {
  const cut = bytes.length === 0 ? 0 : at % bytes.length
  return new Uint8Array([...bytes.subarray(0, cut), ...inserted, ...bytes.subarray(cut)])
}
/** What happens to a body on its way: mostly nothing. */
const damages: readonly ((bytes: Uint8Array, at: number) => Uint8Array)[] = [
  (bytes, at) => bytes.subarray(0, at % (bytes.length + 1)),
  (bytes, at) => splice(bytes, at, [0xff]),
  (bytes, at) => splice(bytes, at, [0xed, 0xa0, 0x80]),
  (bytes, at) => splice(bytes, at, [0]),
  (bytes, at) => splice(bytes, at, [at & 0x7f]),
  (bytes) => splice(bytes, 0, [0xef, 0xbb, 0xbf]),
  (bytes) => new Uint8Array(Buffer.from(new TextDecoder().decode(bytes), 'utf16le')),
  (bytes) => Bun.gzipSync(bytes as Uint8Array<ArrayBuffer>),
  (bytes) => new Uint8Array([...bytes, ...bytes]),
  (bytes) => encode(`[${new TextDecoder().decode(bytes)}]`),
  (bytes) => encode(`${' '.repeat(1_048_576)}${new TextDecoder().decode(bytes)}`),
  () => encode('name=x&url=http%3A%2F%2Fh&method=GET'),
  () => new Uint8Array(),
  () => new Uint8Array(17 * 1_048_576).fill(0x20),
]
/** A body for a schema as it goes out, in one of six damaged on its way. */
export const bodyFor = (schema: Schema, schemas: Readonly<Record<string, Schema>>) =>
  fc
    .tuple(jsonFor(schema, schemas), seldom(fc.tuple(fc.constantFrom(...damages), fc.nat()), 6))
    .map(([text, damage]) => (damage ? damage[0](encode(text), damage[1]) : encode(text)))

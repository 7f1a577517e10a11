import { tenYears } from '../schedule/unit.ts'
import { methods } from './methods.ts'

// Patterns and rules that only the OpenAPI document contains. Requests are validated by code with better error messages; these
// describe the same rules to clients as closely as JSON Schema can. Patterns do without lookahead, which not every tool supports.

/** Returns a pattern for a word in upper, lower or mixed case. */
const inAnyCase = (word: string) =>
  [...word].map((letter) => `[${letter.toUpperCase()}${letter.toLowerCase()}]`).join('')

/** Pattern of texts that can be stored: PostgreSQL accepts all but NUL. */
export const storablePattern = '^[^\\x00]*$'
/** Pattern of the name of a task: at least one character that is not white space. */
export const namePattern = '^[^\\x00]*[^\\s\\x00][^\\x00]*$'
/** Pattern of an HTTP method, in any case. */
export const methodPattern = `^(${methods.map(inAnyCase).join('|')})$`
/** Pattern of the value of a request header: visible ASCII and spaces. */
export const headerValuePattern = '^[\\x20-\\x7e]*$'
/** Pattern of the name of a time zone. */
export const timeZonePattern = '^[A-Za-z][A-Za-z0-9_+/-]*$'

/** Returns the pattern of one of several words, each in any case. @param words separated by spaces */
const oneOfWords = (words: string) => words.split(' ').map(inAnyCase).join('|')
const gap = '[ \\t]+'

/**
 * Returns the pattern of a cron field: a list of values, ranges and steps.
 * @param value pattern of one value
 * @param step pattern of a step
 * @param others patterns of items that only this field has
 */
function cronField(value: string, step: string, ...others: string[]): string {
  const item = `(${[`(\\*|${value}(-${value})?)(/0*${step})?`, ...others].join('|')})`
  return `${item}(,${item})*`
}

/** Returns the pattern of a value that may be a number or a name, in full or its first three letters. */
const named = (numbers: string, names: string) =>
  `(0*${numbers}|${names
    .split(' ')
    .map((name) => `${inAnyCase(name.slice(0, 3))}${name.length > 3 ? `(${inAnyCase(name.slice(3))})?` : ''}`)
    .join('|')})`

const sixty = cronField('0*[1-5]?[0-9]', '([1-9]|[1-5][0-9]|60)')
const dayNumber = '0*([1-9]|[12][0-9]|3[01])'
const months = 'JANUARY FEBRUARY MARCH APRIL MAY JUNE JULY AUGUST SEPTEMBER OCTOBER NOVEMBER DECEMBER'
const weekday = named('[0-7]', 'SUNDAY MONDAY TUESDAY WEDNESDAY THURSDAY FRIDAY SATURDAY')

/** A pattern of five or six fields; a nickname; an interval with its first day. */
const oneCron = [
  `(${sixty}${gap})?${[
    sixty,
    cronField('0*(1?[0-9]|2[0-3])', '([1-9]|1[0-9]|2[0-4])'),
    `(\\?|${cronField(dayNumber, '([1-9]|[12][0-9]|3[01])', '[Ll](-0*([12]?[0-9]|30))?', `${dayNumber}[Ww]`, '[Ll][Ww]')})`,
    cronField(named('([1-9]|1[0-2])', months), '([1-9]|1[0-2])'),
    `(\\?|${cronField(weekday, '[1-7]', `${weekday}([Ll]|#0*[1-5])`)})`,
  ].join(gap)}`,
  `@(${oneOfWords('yearly annually monthly weekly daily midnight hourly')})`,
  `${inAnyCase('every')}${gap}([0-9]+${gap})?(${oneOfWords('day week month')})[sS]?(${gap}${inAnyCase('at')}${gap}[0-9]{1,2}:[0-9]{2})?${gap}${inAnyCase('from')}${gap}[0-9]{4}-[0-9]{2}-[0-9]{2}`,
].join('|')

/** Pattern of a cron text. It also matches days that never occur and slots that are too near, which Duly rejects. */
export const cronPattern = `^\\s*(${oneCron})(\\s*;\\s*(${oneCron})){0,9}\\s*$`

/** A JSON Schema. */
type Schema = Readonly<Record<string, unknown>>

/** Types of the fields that are not strings. */
const types: Readonly<Record<string, string>> = { frequency: 'integer' }
/** Rule: a field has a value. */
const given = (name: string): Schema => ({
  required: [name],
  properties: { [name]: { type: types[name] ?? 'string' } },
})
/** Rule: a field is missing or null. */
const missing = (name: string): Schema => ({ not: given(name) })
/** Rule: a field is present and null. */
const isNull = (name: string): Schema => ({ required: [name], properties: { [name]: { type: 'null' } } })
const all = (...allOf: Schema[]): Schema => ({ allOf })
const any = (...anyOf: Schema[]): Schema => ({ anyOf })
/** Rule: none of the rules holds. Not written with `not` alone, because generators make types of the schemas under it. */
const noneOf = (...rules: Schema[]): Schema => ({ if: { not: any(...rules) }, else: { not: {} } })

/** Rule for a body: exactly one of these fields is given, with what holds for it then. */
export const exactlyOne = (fields: Readonly<Record<string, Schema>>): Schema => ({
  if: { oneOf: Object.entries(fields).map(([name, rule]) => ({ required: [name], properties: { [name]: rule } })) },
  else: { not: {} },
})

/** Rule for a body: at least one of these fields is given. */
export const atLeastOne = (fields: readonly string[]): Schema => ({
  if: { anyOf: fields.map((name) => ({ required: [name], properties: { [name]: {} } })) },
  else: { not: {} },
})

/** Rule: at least one field of an interval has a value. */
const interval = any(given('frequency'), given('unit'))
/** Rules: the interval is longer than ten years, for each unit. */
const tooLong = Object.entries(tenYears).map(([unit, most]) => ({
  required: ['frequency', 'unit'],
  properties: { unit: { const: unit }, frequency: { type: 'integer', minimum: most + 1 } },
}))
/** Rules: the fields contradict each other, whatever is stored. */
const contradictory = [all(given('cron'), interval), ...tooLong]

/** Rule: no field of a schedule has a value. */
const none = all(missing('frequency'), missing('cron'), missing('scheduled_at'))
/** Rules: the schedule is incomplete. */
const incomplete = [
  all(given('frequency'), missing('unit')),
  all(given('unit'), missing('frequency')),
  all(given('time_zone'), missing('cron')),
]
/** Rule: the fields of a run-once task that has run. It may be sent back as it was returned. */
const hasRunOnce = all(isNull('scheduled_at'), { required: ['status'], properties: { status: { const: 'disabled' } } })

/** Rule for a create: a complete schedule of one kind, with an interval of at most ten years. */
export const scheduleOfCreate = noneOf(...incomplete, none, ...contradictory)

/** Rule for a PUT: as for a create, or the fields of a run-once task that has run. */
export const scheduleOfReplace = noneOf(...incomplete, all(none, { not: hasRunOnce }), ...contradictory)

/** Rule for an update, in which fields may be missing: the given ones must not contradict each other. */
export const scheduleOfUpdate = noneOf(all(given('time_zone'), any(interval, isNull('cron'))), ...contradictory)

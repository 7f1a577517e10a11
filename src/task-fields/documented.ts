import { tenYears } from '../schedule/unit.ts'
import { methods } from './methods.ts'

// What only the OpenAPI document says, so that it allows what is taken and nothing else, as far as its schemas can tell.
// Patterns keep to what every reader knows: nothing looks ahead.

const inAnyCase = (word: string) =>
  [...word].map((letter) => `[${letter.toUpperCase()}${letter.toLowerCase()}]`).join('')

/** Texts without NUL, which cannot be stored. */
export const storable = '^[^\\x00]*$'
export const nameOfTask = '^[^\\x00]*[^\\s\\x00][^\\x00]*$'
export const methodInAnyCase = `^(${methods.map(inAnyCase).join('|')})$`
export const headerValue = '^[\\x20-\\x7e]*$'
export const zoneName = '^[A-Za-z][A-Za-z0-9_+/-]*$'

/** A list of values, ranges and steps, each value within its bounds. */
function cronField(value: string, step: string): string {
  const item = `(\\*|${value}(-${value})?)(/0*${step})?`
  return `${item}(,${item})*`
}

const named = (numbers: string, names: string) => `(0*${numbers}|${names.split(' ').map(inAnyCase).join('|')})`
const gap = '[ \\t]+'

/** Five fields. A range that runs backwards, and a day that never comes, are beyond it. */
export const cronPattern = `^\\s*${[
  cronField('0*[1-5]?[0-9]', '([1-9]|[1-5][0-9]|60)'),
  cronField('0*(1?[0-9]|2[0-3])', '([1-9]|1[0-9]|2[0-4])'),
  cronField('0*([1-9]|[12][0-9]|3[01])', '([1-9]|[12][0-9]|3[01])'),
  cronField(named('([1-9]|1[0-2])', 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'), '([1-9]|1[0-2])'),
  cronField(named('[0-7]', 'SUN MON TUE WED THU FRI SAT'), '[1-7]'),
].join(gap)}\\s*$`

type Schema = Readonly<Record<string, unknown>>

const types: Readonly<Record<string, string>> = { frequency: 'integer' }
/** A field has a value. */
const given = (name: string): Schema => ({
  required: [name],
  properties: { [name]: { type: types[name] ?? 'string' } },
})
/** A field is left out, or null. */
const left = (name: string): Schema => ({ not: given(name) })
const isNull = (name: string): Schema => ({ allOf: [{ required: [name] }, left(name)] })
const all = (...allOf: Schema[]): Schema => ({ allOf })
const any = (...anyOf: Schema[]): Schema => ({ anyOf })

const interval = any(given('frequency'), given('unit'))
const tooLong = Object.entries(tenYears).map(([unit, most]) => ({
  required: ['frequency', 'unit'],
  properties: { unit: { enum: [unit] }, frequency: { type: 'integer', minimum: most + 1 } },
}))
const twoKinds = [all(given('cron'), interval), ...tooLong]

const none = all(left('frequency'), left('cron'), left('scheduled_at'))
const half = [
  all(given('frequency'), left('unit')),
  all(given('unit'), left('frequency')),
  all(given('time_zone'), left('cron')),
]
/** As a task that has run once is answered, and may be sent back. */
const hasRunOnce = all(isNull('scheduled_at'), { required: ['status'], properties: { status: { enum: ['disabled'] } } })

/** The schedules that are refused: half of one, two kinds of one, none, or an interval over ten years. */
export const wholeSchedule = { not: any(...half, none, ...twoKinds) }

/** The same of a PUT. */
export const replacedSchedule = { not: any(...half, all(none, { not: hasRunOnce }), ...twoKinds) }

/** The same of a change, which may rely on what is stored. */
export const changedSchedule = { not: any(all(given('time_zone'), any(interval, isNull('cron'))), ...twoKinds) }

import type { DayRules } from './day-rules.ts'
import { PatternError } from './pattern-error.ts'

/** A field of a cron pattern. */
export interface PatternField {
  readonly name: string
  readonly min: number
  readonly max: number
  /** Names of the values in full, starting with `min`. Their first three letters are names, too. */
  readonly names?: readonly string[]
  /** Completes the sentence "it must be …". */
  readonly expected: string
}

const second: PatternField = {
  ...{ name: 'second', min: 0, max: 59 },
  expected: '0 to 59, *, a list (0,30), a range (0-29) or a step (*/10)',
}
const minute: PatternField = { ...second, name: 'minute' }
const hour: PatternField = {
  ...{ name: 'hour', min: 0, max: 23 },
  expected: '0 to 23, *, a list (8,20), a range (8-17) or a step (*/6)',
}
const dayOfMonth: PatternField = {
  ...{ name: 'day of month', min: 1, max: 31 },
  expected:
    '1 to 31, *, a list (1,15), a range (1-7), a step (*/2), L (the last day), L-2 (two days before it), 15W (the weekday nearest to the 15th) or LW (the last weekday)',
}
const month: PatternField = {
  ...{ name: 'month', min: 1, max: 12 },
  names: [
    ...['JANUARY', 'FEBRUARY', 'MARCH', 'APRIL', 'MAY', 'JUNE'],
    ...['JULY', 'AUGUST', 'SEPTEMBER', 'OCTOBER', 'NOVEMBER', 'DECEMBER'],
  ],
  expected: '1 to 12 or JAN to DEC, *, a list (1,7), a range (JUN-AUG) or a step (*/3)',
}
const weekday: PatternField = {
  ...{ name: 'weekday', min: 0, max: 7 },
  names: ['SUNDAY', 'MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY'],
  expected:
    '0 to 7 (0 and 7 are Sunday) or SUN to SAT, *, a list (1,3), a range (MON-FRI), a step (*/2), FRIL (the last Friday of the month) or MON#2 (the second Monday)',
}

/** The fields of a pattern in their order. */
export const patternFields = { second, minute, hour, dayOfMonth, month, weekday } as const

/** What a field names. */
export interface FieldValues {
  /** In ascending order; 0 is Sunday. */
  readonly values: readonly number[]
  /** Days that differ from month to month; undefined if there are none. */
  readonly rules: DayRules | undefined
}

/** The same with lists that can be added to. */
interface FoundRules {
  beforeLast: number[]
  nearest: number[]
  lastWorkday: boolean
  lastWeekdays: number[]
  nthWeekdays: { weekday: number; nth: number }[]
}

/**
 * Reads a field of a pattern.
 * @param text in upper case
 * @throws PatternError
 */
export function readField(field: PatternField, text: string): FieldValues {
  const found = new Set<number>()
  const rules: FoundRules = { beforeLast: [], nearest: [], lastWorkday: false, lastWeekdays: [], nthWeekdays: [] }
  let hasRules = false
  for (const item of text.split(',')) {
    if (readRule(field, item, rules)) hasRules = true
    else for (const value of readItem(field, item)) found.add(field === weekday ? value % 7 : value)
  }
  return { values: [...found].sort((a, b) => a - b), rules: hasRules ? rules : undefined }
}

/** Adds an item that names days by their place in the month to `rules`. Returns false if the item is of another kind. */
function readRule(field: PatternField, item: string, rules: FoundRules): boolean {
  if (field === dayOfMonth) {
    const [, before = '0'] = /^L(?:-(\d{1,4}))?$/.exec(item) ?? []
    const [, nearest] = /^(\d+)W$/.exec(item) ?? []
    if (item === 'LW') rules.lastWorkday = true
    else if (nearest !== undefined) rules.nearest.push(numberOf(field, nearest))
    else if (item.startsWith('L') && /^L(-\d{1,4})?$/.test(item)) {
      if (Number(before) > 30) fail(field, JSON.stringify(item), 'it must be L-1 to L-30')
      rules.beforeLast.push(Number(before))
    } else return false
    return true
  }
  if (field !== weekday) return false
  if (item === 'L') fail(field, '"L"', 'say which day: SATL is the last Saturday of the month')
  const [, last] = /^(\d+|[A-Z]+)L$/.exec(item) ?? []
  const [, name, nth] = /^(\d+|[A-Z]+)#(\d{1,4})$/.exec(item) ?? []
  if (last !== undefined) rules.lastWeekdays.push(numberOf(field, last) % 7)
  else if (name !== undefined) {
    if (Number(nth) < 1 || Number(nth) > 5)
      fail(field, JSON.stringify(item), `the number after # must be 1 to 5, such as ${name}#2`)
    rules.nthWeekdays.push({ weekday: numberOf(field, name) % 7, nth: Number(nth) })
  } else return false
  return true
}

const itemPattern = /^(?:(\*)|(\d+|[A-Z]+)(?:-(\d+|[A-Z]+))?)(?:\/(\d+))?$/

/**
 * Returns the values of one item of a field's list: `*`, `5` or `1-5`, each with an optional step. `5/15` continues to the
 * end of the field, and a range whose end is lower than its start continues at the start of the field.
 */
function readItem(field: PatternField, item: string): number[] {
  const { min, max } = field
  if (item === '') return fail(field, 'an empty place')
  const [, star, first = '', second, stepText] = itemPattern.exec(item) ?? fail(field, JSON.stringify(item))
  // A week ends on Saturday (6); 7 is accepted as Sunday only where it is written.
  const end = field === weekday ? 6 : max
  let from = star ? min : numberOf(field, first)
  let to = star || (stepText && !second) ? Math.max(end, from) : numberOf(field, second ?? first)
  // Sunday may end a range (FRI-SUN) or begin it (7-2).
  if (field === weekday && to === 0 && from > 0) to = 7
  if (field === weekday && from === 7 && to < 7) from = 0
  const count = end - min + 1
  const step = stepText ? Number(stepText) : 1
  if (step < 1 || step > count) return fail(field, `the step ${stepText}`, `it must be 1 to ${count}`)
  if (to >= from) return every(from, to, step)
  return every(from, to + count, step).map((value) => min + ((value - min) % count))
}

/** Returns the value of a number or a name. */
function numberOf(field: PatternField, text: string): number {
  const named = field.names?.findIndex((name) => name === text || name.slice(0, 3) === text) ?? -1
  const number = named >= 0 ? named + field.min : /^\d+$/.test(text) ? Number(text) : Number.NaN
  return number >= field.min && number <= field.max ? number : fail(field, JSON.stringify(text))
}

/** @throws PatternError `has "25" in the hour field; it must be 0 to 23, …` */
function fail({ name, expected }: PatternField, what: string, why = `it must be ${expected}`): never {
  throw new PatternError(`has ${what} in the ${name} field; ${why}`)
}

/** Returns the values from `from` to `to` in steps of `step`. */
function every(from: number, to: number, step: number): number[] {
  return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, at) => from + at * step)
}

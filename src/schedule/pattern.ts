/** A parsed cron pattern: the values of each field in ascending order. */
export interface Pattern {
  /** The pattern in upper case, with single spaces between its fields. */
  readonly text: string
  readonly minutes: readonly number[]
  readonly hours: readonly number[]
  readonly days: readonly number[]
  readonly months: readonly number[]
  /** 0 is Sunday. */
  readonly weekdays: readonly number[]
  /** True if day of month and weekday are both restricted: a date then has to match one of them, otherwise both. */
  readonly eitherDay: boolean
  /** True if minute or hour contains `*`: the pattern then recurs evenly, instead of naming fixed times of day. */
  readonly hasWildcard: boolean
}

interface Field {
  readonly name: string
  readonly min: number
  readonly max: number
  /** Names of the values, starting with `min`. */
  readonly names?: readonly string[]
  /** Completes the sentence "it must be …". */
  readonly expected: string
}

const weekday: Field = {
  name: 'weekday',
  min: 0,
  max: 7,
  names: ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'],
  expected: '0 to 7 (0 and 7 are Sunday) or SUN to SAT, *, a list (1,3), a range (MON-FRI) or a step (*/2)',
}
const fields: readonly Field[] = [
  { name: 'minute', min: 0, max: 59, expected: '0 to 59, *, a list (0,30), a range (0-29) or a step (*/10)' },
  { name: 'hour', min: 0, max: 23, expected: '0 to 23, *, a list (8,20), a range (8-17) or a step (*/6)' },
  { name: 'day of month', min: 1, max: 31, expected: '1 to 31, *, a list (1,15), a range (1-7) or a step (*/2)' },
  {
    name: 'month',
    min: 1,
    max: 12,
    names: ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'],
    expected: '1 to 12 or JAN to DEC, *, a list (1,7), a range (JUN-AUG) or a step (*/3)',
  },
  weekday,
]

const maxLength = 200
const nicknames: Readonly<Record<string, string>> = {
  '@YEARLY': '0 0 1 1 *',
  '@ANNUALLY': '0 0 1 1 *',
  '@MONTHLY': '0 0 1 * *',
  '@WEEKLY': '0 0 * * 0',
  '@DAILY': '0 0 * * *',
  '@MIDNIGHT': '0 0 * * *',
  '@HOURLY': '0 * * * *',
}

/** The text is not a cron pattern. The message follows the name of the field that contains the text. */
export class PatternError extends Error {}

/**
 * Parses a cron pattern of five fields.
 * @throws PatternError with what is wrong and what is expected: `has "25" in the hour field; it must be …`
 */
export function readPattern(text: string): Pattern {
  if (text.length > maxLength)
    throw new PatternError(`must have at most ${maxLength} characters, but has ${text.length}`)
  const parts = text.toUpperCase().match(/[^ \t]+/g) ?? []
  if (parts[0]?.startsWith('@')) {
    if (parts[0] === '@EVERY')
      throw new PatternError('must have five fields instead of "@every": give frequency and unit for an interval')
    const instead = nicknames[parts[0]]
    throw new PatternError(
      `must have five fields instead of "${parts[0].toLowerCase()}"${instead ? `: write ${instead}` : ', such as 0 8 * * 1'}`,
    )
  }
  if (parts[0] && /^(CRON_)?TZ=/.test(parts[0]))
    throw new PatternError('must have five fields without a time zone before them: give the zone in time_zone')
  if (parts.length !== fields.length)
    throw new PatternError(
      `must have five fields (minute, hour, day of month, month, weekday) without seconds or years, but has ${parts.length}`,
    )
  const [minutes, hours, days, months, weekdays] = fields.map((field, at) => readField(field, parts[at] as string)) as [
    number[],
    number[],
    number[],
    number[],
    number[],
  ]
  return {
    text: parts.join(' '),
    minutes,
    hours,
    days,
    months,
    weekdays,
    // As in Vixie cron, a field that begins with * counts as unrestricted here, even */2, which leaves days out.
    eitherDay: !parts[2]?.startsWith('*') && !parts[4]?.startsWith('*'),
    hasWildcard: `${parts[0]}${parts[1]}`.includes('*'),
  }
}

function readField(field: Field, text: string): number[] {
  const found = new Set<number>()
  for (const item of text.split(','))
    for (const value of readItem(field, item)) found.add(field === weekday ? value % 7 : value)
  return [...found].sort((a, b) => a - b)
}

const itemPattern = /^(?:(\*)|(\d+|[A-Z]+)(?:-(\d+|[A-Z]+))?)(?:\/(\d+))?$/

/**
 * Returns the values of one item of a field's list: `*`, `5` or `1-5`, each with an optional step. `5/15` continues to the
 * end of the field.
 */
function readItem(field: Field, item: string): number[] {
  const { name, min, max, expected } = field
  // Extensions of Quartz, mentioned only to those who use one.
  const extension = /[#?]|(^|\d)[LW]/.test(item) ? '; L, W, # and ? are not taken' : ''
  const fail = (what: string, why = `it must be ${expected}${extension}`): never => {
    throw new PatternError(`has ${what} in the ${name} field; ${why}`)
  }
  if (item === '') return fail('an empty place')
  const [, star, first = '', second, stepText] = itemPattern.exec(item) ?? fail(JSON.stringify(item))
  const value = (text: string) => {
    const named = field.names?.indexOf(text) ?? -1
    const number = named >= 0 ? named + min : /^\d+$/.test(text) ? Number(text) : Number.NaN
    return number >= min && number <= max ? number : fail(JSON.stringify(text))
  }
  // A week ends on Saturday (6); 7 is accepted as Sunday only where it is written.
  const end = field === weekday ? 6 : max
  let from = star ? min : value(first)
  let to = star || (stepText && !second) ? Math.max(end, from) : value(second ?? first)
  // Sunday may end a range (FRI-SUN) or begin it (7-2).
  if (field === weekday && to === 0 && from > 0) to = 7
  if (field === weekday && from === 7 && to < 7) from = 0
  const count = end - min + 1
  const step = stepText ? Number(stepText) : 1
  if (step < 1 || step > count) return fail(`the step ${stepText}`, `it must be 1 to ${count}`)
  if (to < from) {
    const parts = [
      from === end ? first : `${first}-${nameOf(field, end)}`,
      to === min ? second : `${nameOf(field, min)}-${second}`,
    ]
    // With a step, the values continue past the end of the field; two ranges with that step would name other values.
    const suggested =
      step === 1
        ? parts
        : every(from, to + count, step).map((value) => nameAs(first, field, min + ((value - min) % count)))
    return fail(`the range ${JSON.stringify(item)}`, `it runs backwards: write it as a list, ${suggested.join(',')}`)
  }
  return every(from, to, step)
}

/** Returns the values from `from` to `to` in steps of `step`. */
function every(from: number, to: number, step: number): number[] {
  return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, at) => from + at * step)
}

/** Returns a value in the style of `like`: as a number or by its name. */
const nameAs = (like: string, field: Field, value: number) => (/\d/.test(like) ? value : nameOf(field, value))

const nameOf = (field: Field, value: number) => field.names?.[value - field.min] ?? value

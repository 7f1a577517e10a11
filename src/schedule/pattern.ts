/** What a cron pattern says: the values of each field, ascending. */
export interface Pattern {
  /** As it was written, with single spaces, capitals and no leading zeros. */
  readonly text: string
  readonly minutes: readonly number[]
  readonly hours: readonly number[]
  readonly days: readonly number[]
  readonly months: readonly number[]
  /** Sunday is 0. */
  readonly weekdays: readonly number[]
  /** Day of month and weekday are both restricted, so that one of them is enough; otherwise a date must be in both. */
  readonly eitherDay: boolean
  /** Minute or hour holds a `*`: the pattern runs evenly, and not at certain times of the day. */
  readonly isWild: boolean
}

interface Field {
  readonly name: string
  readonly min: number
  readonly max: number
  /** The names of the values from `min` on. */
  readonly names?: readonly string[]
  /** Ends the sentence "it must be …". */
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

const longest = 200
const nicknames: Readonly<Record<string, string>> = {
  '@YEARLY': '0 0 1 1 *',
  '@ANNUALLY': '0 0 1 1 *',
  '@MONTHLY': '0 0 1 * *',
  '@WEEKLY': '0 0 * * 0',
  '@DAILY': '0 0 * * *',
  '@MIDNIGHT': '0 0 * * *',
  '@HOURLY': '0 * * * *',
}

/** Thrown for text that is no pattern; the message ends a sentence that begins with the name of what holds it. */
export class PatternError extends Error {}

/**
 * Reads a cron pattern of five fields.
 * @throws PatternError with what was wrong and what was expected, to follow the field's name: `has "25" in the hour field; …`
 */
export function readPattern(text: string): Pattern {
  if (text.length > longest) throw new PatternError(`must have at most ${longest} characters, but has ${text.length}`)
  const parts = text.toUpperCase().match(/[^ \t]+/g) ?? []
  if (parts[0]?.startsWith('@')) {
    const instead = nicknames[parts[0]]
    throw new PatternError(
      `must have five fields instead of "${parts[0].toLowerCase()}"${instead ? `: write ${instead}` : ', such as 0 8 * * 1'}`,
    )
  }
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
    text: parts.map((part) => part.replace(/\b0+(?=\d)/g, '')).join(' '),
    minutes,
    hours,
    days,
    months,
    weekdays,
    // As Vixie cron has it: a field that begins with * restricts nothing by this rule, though */2 leaves days out.
    eitherDay: !parts[2]?.startsWith('*') && !parts[4]?.startsWith('*'),
    isWild: `${parts[0]}${parts[1]}`.includes('*'),
  }
}

function readField(field: Field, text: string): number[] {
  const found = new Set<number>()
  for (const item of text.split(','))
    for (const value of readItem(field, item)) found.add(field === weekday ? value % 7 : value)
  return [...found].sort((a, b) => a - b)
}

const itemPattern = /^(?:(\*)|(\d+|[A-Z]+)(?:-(\d+|[A-Z]+))?)(?:\/(\d+))?$/

/** The values of one item of a field's list: `*`, `5`, `1-5`, each with a step if need be; `5/15` runs to the end. */
function readItem(field: Field, item: string): number[] {
  const { name, min, max, expected } = field
  // What Quartz and its kin add to cron, said once where somebody tries it.
  const foreign = /[#?]|(^|\d)[LW]/.test(item) ? '; L, W, # and ? are not taken' : ''
  const refuse = (what: string, why = `it must be ${expected}${foreign}`): never => {
    throw new PatternError(`has ${what} in the ${name} field; ${why}`)
  }
  if (item === '') return refuse('an empty place')
  const [, star, first = '', second, stepText] = itemPattern.exec(item) ?? refuse(JSON.stringify(item))
  const value = (text: string) => {
    const named = field.names?.indexOf(text) ?? -1
    const number = named >= 0 ? named + min : /^\d+$/.test(text) ? Number(text) : Number.NaN
    return number >= min && number <= max ? number : refuse(JSON.stringify(text))
  }
  // The week ends on Saturday unless somebody writes a 7.
  const end = field === weekday ? 6 : max
  let from = star ? min : value(first)
  let to = star || (stepText && !second) ? Math.max(end, from) : value(second ?? first)
  // Sunday is on either side of the week: FRI-SUN, 7-2.
  if (field === weekday && to === 0 && from > 0) to = 7
  if (field === weekday && from === 7 && to < 7) from = 0
  const count = end - min + 1
  const step = stepText ? Number(stepText) : 1
  if (step < 1 || step > count) return refuse(`the step ${stepText}`, `it must be 1 to ${count}`)
  if (to < from) {
    const parts = [
      from === end ? first : `${first}-${nameOf(field, end)}`,
      to === min ? second : `${nameOf(field, min)}-${second}`,
    ]
    // A step goes on over the end of the field, so that its values are not those of two ranges with a step.
    const meant =
      step === 1
        ? parts
        : every(from, to + count, step).map((value) => nameAs(first, field, min + ((value - min) % count)))
    return refuse(`the range ${JSON.stringify(item)}`, `it runs backwards: write it as a list, ${meant.join(',')}`)
  }
  return every(from, to, step)
}

/** Every `step`th value from `from` to `to`. */
function every(from: number, to: number, step: number): number[] {
  return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, at) => from + at * step)
}

/** A value as a name where `like` is one, else as a number. */
const nameAs = (like: string, field: Field, value: number) => (/\d/.test(like) ? value : nameOf(field, value))

const nameOf = (field: Field, value: number) => field.names?.[value - field.min] ?? value

const known = new Map<string, Pattern>()

/** `readPattern`, remembering the last thousand texts: the same few come again at every slot. */
export function knownPattern(text: string): Pattern {
  let pattern = known.get(text)
  if (!pattern) {
    pattern = readPattern(text)
    if (known.size >= 1_000) known.delete(known.keys().next().value as string)
    known.set(text, pattern)
  }
  return pattern
}

import { maxPatternLength, type Pattern, readPatterns } from './pattern.ts'

const dayMinutes = 1440

/** A pattern that is moved, or why it cannot be: a clause that follows "it". */
export type Shifted = { readonly cron: string } | { readonly problem: string }

/** What else a pattern is read with. */
export interface ShiftOptions {
  readonly zone: string
  /** Whether a calendar leaves out or moves its days. */
  readonly hasCalendar: boolean
}

/**
 * Moves all times of a cron text by some minutes on the clocks of its zone, and changes nothing else: not its days, and not how it
 * behaves when clocks change.
 * @param text a valid text, as it is stored
 * @param minutes a whole number from -1439 to 1439; later if positive
 * @throws PatternError for an invalid pattern
 */
export function shiftPattern(text: string, minutes: number, options: ShiftOptions): Shifted {
  const shifted = text.split(';').map((one) => {
    const [pattern] = readPatterns(one)
    return shiftOne(one.trim().split(/[ \t]+/), pattern as Pattern, minutes, options)
  })
  for (const one of shifted) if ('problem' in one) return one
  const cron = shifted.map((one) => ('cron' in one ? one.cron : '')).join('; ')
  if (cron === text) return { problem: 'would run at the same times as before' }
  return cron.length > maxPatternLength ? { problem: 'would have a pattern that is too long' } : { cron }
}

function shiftOne(parts: readonly string[], pattern: Pattern, minutes: number, options: ShiftOptions): Shifted {
  if (pattern.interval) return shiftInterval(parts.join(' '), pattern.interval.minutes + minutes)
  const [minute = '', hour = '', ...days] = parts.slice(-5)
  const moved = pattern.hours.flatMap((at) => pattern.minutes.map((of) => at * 60 + of + minutes))
  if (moved.some((time) => time < 0 || time >= dayMinutes)) {
    if (days.some((field) => field !== '*')) return { problem: 'would run on another day, and its pattern names days' }
    if (options.hasCalendar) return { problem: 'would run on another day, and its calendar names days' }
  }
  const times = new Set(moved.map((time) => (time + dayMinutes) % dayMinutes))
  const minutesOf = ascending([...times].map((time) => time % 60))
  const hoursOf = ascending([...times].map((time) => Math.floor(time / 60)))
  if (minutesOf.length * hoursOf.length !== times.size)
    return { problem: 'would need another minute in some hours, which one pattern cannot say' }
  const { hasWildcard } = pattern
  const fields = [
    isSame(minutesOf, pattern.minutes) ? minute : fieldText(minutesOf, 60, hasWildcard),
    isSame(hoursOf, pattern.hours) ? hour : fieldText(hoursOf, 24, hasWildcard),
  ]
  // A pattern with * in minute or hour runs twice in a repeated hour, and another one does not.
  if (fields.join('').includes('*') !== hasWildcard && !/^(Etc\/)?UTC$/.test(options.zone))
    return { problem: 'has * in its pattern, and without it would run differently when clocks change' }
  return { cron: [...parts.slice(0, -5), ...fields, ...days].join(' ') }
}

/** @param minutes the new time of day, in minutes since midnight */
function shiftInterval(text: string, minutes: number): Shifted {
  if (minutes < 0 || minutes >= dayMinutes) return { problem: 'would run on another day, and its pattern names days' }
  const time = [Math.floor(minutes / 60), minutes % 60].map((value) => String(value).padStart(2, '0')).join(':')
  return { cron: text.replace(/^(every(?: \d+)? [a-z]+)(?: at \S+)?/i, `$1 at ${time}`) }
}

const ascending = (values: readonly number[]) => [...new Set(values)].sort((a, b) => a - b)
const isSame = (one: readonly number[], other: readonly number[]) => one.join() === other.join()

/** Returns a field with these values. @param size how many values the field can have @param star whether it may have a `*` */
function fieldText(values: readonly number[], size: number, star: boolean): string {
  const [first = 0, second = 0] = values
  const step = second - first
  const isEven = values.length > 2 && values.every((value, index) => value === first + index * step)
  if (!isEven) return values.join()
  if (star && first === 0 && size % step === 0 && values.length === size / step) return step === 1 ? '*' : `*/${step}`
  return `${first}-${values.at(-1)}${step === 1 ? '' : `/${step}`}`
}

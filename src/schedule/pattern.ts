import type { DayRules } from './day-rules.ts'
import { isInterval, type LocalInterval, readInterval } from './local-interval.ts'
import { nicknameFields, withoutQuestionMarks } from './nicknames.ts'
import { PatternError } from './pattern-error.ts'
import { patternFields, readField } from './pattern-field.ts'

/** A parsed cron pattern: the values of each field in ascending order. */
export interface Pattern {
  /** The pattern in upper case, with single spaces between its fields, and `*` for `?`. */
  readonly text: string
  /** Undefined for a pattern without a field for seconds: it is due at the start of a minute. */
  readonly seconds: readonly number[] | undefined
  readonly minutes: readonly number[]
  readonly hours: readonly number[]
  readonly days: readonly number[]
  readonly months: readonly number[]
  /** 0 is Sunday. */
  readonly weekdays: readonly number[]
  /** True if day of month and weekday are both restricted: a date then has to match one of them, otherwise both. */
  readonly eitherDay: boolean
  /** Days besides `days` and `weekdays` that differ from month to month, such as `L` and `MON#2`; undefined if there are none. */
  readonly rules: DayRules | undefined
  /** Of an interval by the local clock, its days. They replace days, months and weekdays, which are not restricted then. */
  readonly interval: LocalInterval | undefined
  /** True if minute or hour contains `*`: the pattern then recurs evenly, instead of naming fixed times of day. */
  readonly hasWildcard: boolean
}

/** The longest cron text. The constraint `task_cron_length` has the same number. */
export const maxPatternLength = 1_000
/** The most patterns in one cron text. */
export const maxPatterns = 10

/**
 * Parses a cron text: one pattern, or several that are separated by semicolons.
 * @throws PatternError with what is wrong and what is expected: `has "25" in the hour field; it must be …`
 */
export function readPatterns(text: string): readonly Pattern[] {
  if (text.length > maxPatternLength)
    throw new PatternError(`must have at most ${maxPatternLength} characters, but has ${text.length}`)
  const texts = text.split(';')
  if (texts.length === 1) return [readPattern(text)]
  if (texts.length > maxPatterns)
    throw new PatternError(`must have at most ${maxPatterns} patterns, but has ${texts.length}`)
  return texts.map((one, at) => {
    if (one.trim() === '')
      throw new PatternError(`must have a pattern before and after each semicolon, but pattern ${at + 1} is empty`)
    try {
      return readPattern(one)
    } catch (error) {
      if (error instanceof PatternError) throw new PatternError(`${error.message} (in pattern ${at + 1})`)
      throw error
    }
  })
}

/**
 * Parses one pattern: five fields, six with seconds first, a nickname, or an interval by the local clock.
 * @throws PatternError as `readPatterns`
 */
function readPattern(text: string): Pattern {
  const words = text.toUpperCase().match(/[^ \t]+/g) ?? []
  if (isInterval(text)) return patternOfInterval(words)
  const parts = withoutQuestionMarks(readNickname(words))
  if (parts.length !== 5 && parts.length !== 6) throw new PatternError(wrongCount(parts.length))
  const fields = parts.length === 6 ? parts.slice(1) : parts
  if (parts.length === 6 && /^\d{4}$/.test(parts[5] as string))
    throw new PatternError(
      'must have no year: leave it out. Six fields are second, minute, hour, day of month, month and weekday',
    )
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = fields
  const seconds = parts.length === 6 ? readField(patternFields.second, parts[0] as string).values : undefined
  const minutes = readField(patternFields.minute, minute).values
  const hours = readField(patternFields.hour, hour).values
  const days = readField(patternFields.dayOfMonth, day)
  const months = readField(patternFields.month, month).values
  const weekdays = readField(patternFields.weekday, weekday)
  return {
    text: parts.join(' '),
    ...{ seconds, minutes, hours, days: days.values, months, weekdays: weekdays.values },
    // As in Vixie cron, a field that begins with * counts as unrestricted here, even */2, which leaves days out.
    eitherDay: !day.startsWith('*') && !weekday.startsWith('*'),
    rules: mergedRules(days.rules, weekdays.rules),
    interval: undefined,
    hasWildcard: `${minute}${hour}`.includes('*'),
  }
}

/** Returns the fields that a nickname stands for; of other texts, their parts. */
function readNickname(parts: readonly string[]): readonly string[] {
  const [first = ''] = parts
  const fields = parts.length === 1 ? nicknameFields(first) : undefined
  if (fields !== undefined) return fields.split(' ')
  if (first === '@EVERY')
    throw new PatternError(
      'must have five fields instead of "@every": give frequency and unit for an interval, such as 5 and minute',
    )
  if (first === '@REBOOT')
    throw new PatternError(
      'must name times instead of "@reboot", which is no time: for one run give scheduled_at without cron',
    )
  if (first.startsWith('@'))
    throw new PatternError(
      `must have five fields, or be one of @yearly, @monthly, @weekly, @daily and @hourly, instead of ${JSON.stringify(parts.join(' ').toLowerCase())}`,
    )
  if (/^(CRON_)?TZ=/.test(first))
    throw new PatternError('must have five fields without a time zone before them: give the zone in time_zone')
  return parts
}

function wrongCount(count: number): string {
  const expected =
    'must have five fields (minute, hour, day of month, month, weekday), or six with seconds before them, but has'
  return `${expected} ${count}${count === 7 ? ': leave out the year' : ''}`
}

function patternOfInterval(words: readonly string[]): Pattern {
  const interval = readInterval(words)
  return {
    text: words.join(' '),
    seconds: undefined,
    minutes: [interval.minutes % 60],
    hours: [Math.floor(interval.minutes / 60)],
    days: readField(patternFields.dayOfMonth, '*').values,
    months: readField(patternFields.month, '*').values,
    weekdays: readField(patternFields.weekday, '*').values,
    ...{ eitherDay: false, rules: undefined, interval, hasWildcard: false },
  }
}

/** Joins the rules of the two day fields, of which each has only its own. */
function mergedRules(ofMonth: DayRules | undefined, ofWeek: DayRules | undefined): DayRules | undefined {
  if (!ofMonth || !ofWeek) return ofMonth ?? ofWeek
  const { beforeLast, nearest, lastWorkday } = ofMonth
  const { lastWeekdays, nthWeekdays } = ofWeek
  return { beforeLast, nearest, lastWorkday, lastWeekdays, nthWeekdays }
}

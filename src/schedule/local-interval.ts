import { daysInMonth } from './day-rules.ts'
import { PatternError } from './pattern-error.ts'
import { tenYears } from './unit.ts'

const minuteMs = 60_000
const dayMs = 86_400_000

/** An interval by the clocks of a time zone: `every 2 weeks at 09:00 from 2026-11-30`. */
export interface LocalInterval {
  readonly count: number
  readonly unit: 'day' | 'week' | 'month'
  /** The first day, as midnight in UTC, in ms. Days, weeks or months are counted from it. */
  readonly from: number
  /** The time of day, in minutes since midnight. */
  readonly minutes: number
}

const example = 'every 2 weeks at 09:00 from 2026-11-30'

/** Reports whether a text is meant as an interval. @param text in any case */
export const isInterval = (text: string) => /^\s*every\b/i.test(text)

/**
 * Reads an interval with its first day.
 * @param words in upper case
 * @throws PatternError
 */
export function readInterval(words: readonly string[]): LocalInterval {
  const [, countText = '1', unitText = '', time = '00:00', date] =
    /^EVERY (?:(\d{1,9}) )?(DAY|WEEK|MONTH)S?(?: AT (\S+))?(?: FROM (\S+))?$/.exec(words.join(' ')) ?? []
  if (/^EVERY (\d+ )?(MINUTE|HOUR)S?\b/.test(words.join(' ')))
    throw new PatternError(
      'must count days, weeks or months after "every": for minutes and hours give frequency and unit instead of cron',
    )
  if (unitText === '') throw new PatternError(`must be an interval such as ${example}`)
  if (date === undefined)
    throw new PatternError(`must say from which day the interval counts, such as from 2026-11-30: ${example}`)
  const unit = unitText.toLowerCase() as LocalInterval['unit']
  const count = Number(countText)
  if (count < 1 || count > tenYears[unit])
    throw new PatternError(`has the interval ${count} ${unit}s; it must be 1 to ${tenYears[unit]} ${unit}s (ten years)`)
  const [, hours, minutes] = /^(\d{1,2}):(\d\d)$/.exec(time) ?? []
  if (hours === undefined || Number(hours) > 23 || Number(minutes) > 59)
    throw new PatternError(`has the time ${JSON.stringify(time)}; it must be 00:00 to 23:59`)
  const from = /^[12]\d{3}-\d\d-\d\d$/.test(date) ? Date.parse(`${date}T00:00:00Z`) : Number.NaN
  if (Number.isNaN(from) || !new Date(from).toISOString().startsWith(date))
    throw new PatternError(`has the day ${JSON.stringify(date)}; it must be one such as 2026-11-30`)
  return { count, unit, from, minutes: Number(hours) * 60 + Number(minutes) }
}

/**
 * Returns the first local time of an interval later than `after` and earlier than `before`; local times are in ms as if they
 * were UTC. A month that lacks the day uses its last day.
 */
export function nextOfInterval(interval: LocalInterval, after: number, before: number): number | undefined {
  const { count, unit, from, minutes } = interval
  const first = from + minutes * minuteMs
  let next = first
  if (after >= first) {
    if (unit === 'month') {
      let steps = Math.max(0, Math.floor((monthOf(new Date(after)) - monthOf(new Date(from))) / count))
      do next = dayAfterMonths(from, steps++ * count) + minutes * minuteMs
      while (next <= after)
    } else {
      const step = count * (unit === 'week' ? 7 : 1) * dayMs
      next = first + (Math.floor((after - first) / step) + 1) * step
    }
  }
  return next < before ? next : undefined
}

/** Reports whether an interval has a time on the UTC day of a date. */
export function isDayOfInterval({ count, unit, from }: LocalInterval, date: Date): boolean {
  const day = Math.floor(date.getTime() / dayMs) * dayMs
  if (day < from) return false
  if (unit !== 'month') return ((day - from) / dayMs) % (count * (unit === 'week' ? 7 : 1)) === 0
  const months = monthOf(date) - monthOf(new Date(from))
  return months % count === 0 && dayAfterMonths(from, months) === day
}

/** Months since the year 0. */
const monthOf = (date: Date) => date.getUTCFullYear() * 12 + date.getUTCMonth()

/** Returns the same day of a later month, or its last day if it is shorter; in ms. */
function dayAfterMonths(from: number, months: number): number {
  const date = new Date(from)
  const day = date.getUTCDate()
  date.setUTCMonth(date.getUTCMonth() + months, 1)
  return date.setUTCDate(Math.min(day, daysInMonth(date.getUTCFullYear(), date.getUTCMonth())))
}

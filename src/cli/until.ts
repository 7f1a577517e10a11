import { parseTime } from '../formats/time.ts'
import { UsageError } from './command-error.ts'
import { readDuration } from './duration.ts'

/**
 * Returns the time that an option names: a duration from now, such as 2h, or an RFC 3339 time.
 * @param option name of the option, for the error
 * @throws UsageError for any other text
 */
export const readUntil = (option: string, text: string): string =>
  readTime(
    option,
    text,
    1,
    'a duration, such as 2h or 30m, or a time with its offset, such as 2026-12-24T08:00:00Z or 2026-12-24T08:00:00+01:00',
  )

/**
 * Returns the time that an option names: an RFC 3339 time, or how long ago it was, such as 2h.
 * @param option name of the option, for the error
 * @throws UsageError for any other text
 */
export const readPast = (option: string, text: string): string =>
  readTime(
    option,
    text,
    -1,
    'a time with its offset, such as 2026-11-29T02:00:00Z or 2026-11-29T02:00:00+01:00, or how long ago, such as 2h or 30m',
  )

/** @param direction of a duration: 1 from now on, -1 before now @param expected what the option takes, for the error */
function readTime(option: string, text: string, direction: 1 | -1, expected: string): string {
  if (/^\d+[a-z]$/.test(text)) return new Date(Date.now() + direction * readDuration(option, text)).toISOString()
  const time = parseTime(text)
  if (time !== undefined) return time
  throw new UsageError(`${option} must be ${expected}.`)
}

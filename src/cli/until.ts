import { parseTime } from '../formats/time.ts'
import { UsageError } from './command-error.ts'
import { readDuration } from './duration.ts'

/**
 * Returns the time that an option names: a duration from now, such as 2h, or an RFC 3339 time.
 * @param option name of the option, for the error
 * @throws UsageError for any other text
 */
export function readUntil(option: string, text: string): string {
  if (/^\d+[a-z]$/.test(text)) return new Date(Date.now() + readDuration(option, text)).toISOString()
  const time = parseTime(text)
  if (time !== undefined) return time
  throw new UsageError(
    `${option} must be a duration, such as 2h or 30m, or a time with its offset, such as 2026-12-24T08:00:00Z or 2026-12-24T08:00:00+01:00.`,
  )
}

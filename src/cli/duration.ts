import { UsageError } from './command-error.ts'

const unitMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/**
 * Parses a duration such as 90d, 12h, 30m or 45s. Returns ms.
 * @param option name of the option, for the error
 * @throws UsageError for any other text
 */
export function readDuration(option: string, text: string): number {
  const [, count, unit = ''] = /^([1-9]\d{0,5})([smhd])$/.exec(text) ?? []
  const ms = unitMs[unit]
  if (count !== undefined && ms !== undefined) return Number(count) * ms
  throw new UsageError(`${option} must be a number of days, hours, minutes or seconds, such as 90d, 12h, 30m or 45s.`)
}

const pattern = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))$/

/**
 * Reads a time as RFC 3339 section 5.6 writes it; the offset is required, and a day that does not exist is refused
 * (the Date of JavaScript makes 2026-02-30 the 2nd of March).
 * @returns the same instant in UTC with as many as six fractional digits, or undefined; years 1 to 9999 only
 */
export function parseTime(text: string): string | undefined {
  const match = pattern.exec(text)
  if (!match) return undefined
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const offset = match[8] ? (match[8] === '-' ? -1 : 1) * (Number(match[9]) * 60 + Number(match[10])) : 0
  if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59) return undefined
  if (Number(match[9] ?? 0) > 23 || Number(match[10] ?? 0) > 59) return undefined
  const utc = new Date(0)
  utc.setUTCFullYear(year, month - 1, day)
  if (utc.getUTCMonth() !== month - 1) return undefined
  utc.setUTCHours(hour, minute - offset, second)
  const inRange = utc.getUTCFullYear() >= 1 && utc.getUTCFullYear() <= 9999
  if (!inRange) return undefined
  const fraction = (match[7] ?? '').slice(0, 6).replace(/0+$/, '')
  return utc.toISOString().replace(/\.000Z$/, fraction ? `.${fraction}Z` : 'Z')
}

const longestMs = 86_400_000
const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

/** The three forms of a date in RFC 9110 section 5.6.7. All are in GMT, the last one without saying so. */
const forms = [
  /^[a-z]{3}, (?<day>\d{1,2}) (?<month>[a-z]{3}) (?<year>\d{4}) (?<h>\d\d):(?<m>\d\d):(?<s>\d\d) (?:GMT|UTC?|[+-]0000)$/i,
  /^[a-z]{6,9}, (?<day>\d\d)-(?<month>[a-z]{3})-(?<year>\d\d(?:\d\d)?) (?<h>\d\d):(?<m>\d\d):(?<s>\d\d) (?:GMT|UTC?)$/i,
  /^[a-z]{3} (?<month>[a-z]{3}) {1,2}(?<day>\d{1,2}) (?<h>\d\d):(?<m>\d\d):(?<s>\d\d) (?<year>\d{4})(?: GMT)?$/i,
]

/**
 * Reads the Retry-After of an answer (RFC 9110 section 10.2.3): seconds or a date. A date is compared with the answer's Date
 * header where it has one, because the clocks of target and replica may differ.
 * @returns ms from now, a day at most; null for none and for an invalid one
 */
export function readRetryAfter(headers: Headers): number | null {
  const value = headers.get('retry-after')?.trim()
  if (value === undefined) return null
  const ms = /^\d+$/.test(value)
    ? Number(value) * 1000
    : parseHttpDate(value) - (ifNumber(parseHttpDate(headers.get('date')?.trim() ?? '')) ?? Date.now())
  return Number.isNaN(ms) ? null : Math.min(Math.max(ms, 0), longestMs)
}

const ifNumber = (ms: number) => (Number.isNaN(ms) ? undefined : ms)

/** Parses an HTTP date. Returns ms since 1970, NaN for an invalid date. */
export function parseHttpDate(text: string, now = new Date()): number {
  for (const form of forms) {
    const parts = form.exec(text)?.groups
    if (!parts) continue
    const { day, month, year, h, m, s } = parts as Record<'day' | 'month' | 'year' | 'h' | 'm' | 's', string>
    const date = new Date(0)
    date.setUTCFullYear(
      year.length === 2 ? fullYear(Number(year), now) : Number(year),
      months.indexOf(month.toLowerCase()),
      Number(day),
    )
    // A leap second is written as second 60.
    date.setUTCHours(Number(h), Number(m), Math.min(Number(s), 59))
    const isSame =
      date.getUTCDate() === Number(day) && date.getUTCHours() === Number(h) && date.getUTCMinutes() === Number(m)
    return isSame && months.includes(month.toLowerCase()) && Number(s) <= 60 ? date.getTime() : Number.NaN
  }
  return Number.NaN
}

/** RFC 9110: a two-digit year that would be more than 50 years ahead is the latest past year with these digits. */
function fullYear(year: number, now: Date): number {
  const full = now.getUTCFullYear() - (now.getUTCFullYear() % 100) + year
  if (full > now.getUTCFullYear() + 50) return full - 100
  return full < now.getUTCFullYear() - 50 ? full + 100 : full
}

/** A regular expression for RFC 3339 section 5.6 with a required offset. It does not check the length of the month. */
export const timePattern =
  '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]+)?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$'

const format = new RegExp(timePattern)

/**
 * Parses an RFC 3339 time (section 5.6). The offset is required and the day must exist: 30 February is rejected, whereas
 * `Date` would read it as 2 March.
 * @returns the same instant in UTC with at most six fractional digits (further digits are cut off), or undefined if the
 * text is not a time or the year in UTC is not 1 to 9999
 */
export function parseTime(text: string): string | undefined {
  if (!format.test(text)) return undefined
  try {
    const utc = Temporal.Instant.from(text.replace(/(\.\d{6})\d+/, '$1')).toString()
    return /^(?!0000)\d{4}-/.test(utc) ? utc : undefined
  } catch {
    // The month has no such day.
    return undefined
  }
}

/** The end of the last year that has four digits, in ms since 1970: no time is later. */
export const lastTime = Date.parse('9999-12-31T23:59:59.999Z')

/**
 * Returns a time that a schema has checked in UTC: PostgreSQL reads no offset of 16 hours or more.
 * @param text null for none
 */
export const inUtc = (text: string | null): string | null => (text === null ? null : (parseTime(text) ?? text))

/**
 * Returns the time that is some seconds after another one.
 * @param time RFC 3339 in UTC
 * @param seconds a whole number; may be negative
 */
export function laterTime(time: string, seconds: number): string {
  if (seconds === 0) return time
  // A number of ms does not hold the digits that follow those of the milliseconds.
  const fraction = /\.\d{3}(\d+)Z$/.exec(time)?.[1]
  return formatTime(Date.parse(time) + seconds * 1000, fraction)
}

/**
 * Formats an instant as RFC 3339 in UTC without trailing zeros: `2026-11-24T12:00:00.25Z`.
 * @param ms since 1970
 * @param fraction digits that follow those of the milliseconds
 */
export function formatTime(ms: number, fraction = ''): string {
  return `${new Date(ms).toISOString().slice(0, -1)}${fraction}`.replace(/\.?0+$/, '').concat('Z')
}

import { serverNow } from '../client/server-clock.ts'
import { formatIn, fromWallClock, isSameYear, localZone, shownZone, toWallClock } from './zone.ts'

/** The page is in English. Readers whose browser prefers no English get British formats. */
const locale = globalThis.navigator?.languages?.find(isEnglish) ?? 'en-GB'
const clock = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const
const thisYear = formatIn(locale, { day: 'numeric', month: 'short', ...clock })
const otherYear = formatIn(locale, { day: 'numeric', month: 'short', year: 'numeric', ...clock })
const withWeekday = formatIn(locale, {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  ...clock,
})
const day = formatIn(locale, { day: 'numeric', month: 'short', year: 'numeric' })
const timeOfDay = formatIn(locale, clock)
const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'always' })
const number = new Intl.NumberFormat(locale)
const dayMs = 24 * 3_600_000

/** Browsers on Linux may report a language that is not a valid tag (`en-US@posix`), for which Intl throws. */
function isEnglish(name: string): boolean {
  try {
    return /^en\b/i.test(name) && Intl.getCanonicalLocales(name).length > 0
  } catch {
    return false
  }
}

/** `24 Nov, 14:02:10` in the zone that is shown, with the year unless it is this one. */
export function localTime(iso: string, now = serverNow()): string {
  const date = new Date(iso)
  return (isSameYear(date, now) ? thisYear : otherYear)(date)
}

/** `Tue, 24 Nov 2026, 14:02:10` in the zone that is shown. */
export function localTimeAndDay(iso: string): string {
  return withWeekday(new Date(iso))
}

/** `2026-11-24 13:02:10 UTC`. */
export function utcTime(iso: string): string {
  return `${new Date(iso)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, '')} UTC`
}

const steps = [
  ['second', 1_000, 90],
  ['minute', 60_000, 90],
  ['hour', 3_600_000, 36],
  ['day', 86_400_000, 14],
  ['week', 604_800_000, 9],
  ['month', 2_629_800_000, 18],
  ['year', 31_557_600_000, Number.POSITIVE_INFINITY],
] as const

/** `in 12 minutes`, `3 hours ago`, `now`. */
export function fromNow(iso: string, now = serverNow()): string {
  const distance = Date.parse(iso) - now
  if (Math.abs(distance) < 1_000) return 'now'
  for (const [unit, ms, upTo] of steps) {
    const amount = Math.round(distance / ms)
    if (Math.abs(amount) < upTo) return relative.format(amount, unit)
  }
  return ''
}

/** The time remaining, to be updated each second: `in 4 min 10 s`, `in 3 d 4 h`, `due now`, `due 12 s ago`. */
export function countdown(iso: string, now: number): string {
  const seconds = Math.ceil((Date.parse(iso) - now) / 1_000)
  if (seconds > 0) return `in ${span(seconds)}`
  return seconds > -5 ? 'due now' : `due ${span(-seconds)} ago`
}

/** The time since then, to be updated each second: `42 s`, `3 min 5 s`. */
export function timeSince(iso: string, now: number): string {
  return span(Math.max(0, Math.floor((now - Date.parse(iso)) / 1_000)))
}

/** Formats a number of seconds in its two largest units. */
function span(seconds: number): string {
  const whole = (unit: number) => Math.floor(seconds / unit)
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3_600) return `${whole(60)} min ${seconds % 60} s`
  if (seconds < 86_400) return `${whole(3_600)} h ${whole(60) % 60} min`
  if (seconds < 30 * 86_400) return `${whole(86_400)} d ${whole(3_600) % 24} h`
  return seconds < 730 * 86_400 ? `${whole(86_400)} days` : `${whole(365.25 * 86_400)} years`
}

/** `24 Nov 2026` in the zone that is shown. */
export function localDay(iso: string): string {
  return day(new Date(iso))
}

/** `14:02:10` in the zone that is shown. */
export function localClock(ms: number): string {
  return timeOfDay(ms)
}

/** `820 ms`, `2.4 s`, `1 min 5 s`. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${ms} ms`
  if (ms < 59_950) return `${(ms / 1_000).toFixed(1)} s`
  const seconds = Math.round(ms / 1_000)
  return `${count(Math.floor(seconds / 60))} min ${seconds % 60} s`
}

/** The time zones the browser knows. The server may know more. */
export function knownZones(): readonly string[] {
  return ['UTC', ...Intl.supportedValuesOf('timeZone').filter((name) => name !== 'UTC')]
}

/** Formats a number with the reader's separators. */
export function count(value: number): string {
  return number.format(value)
}

/** A time as forms hold it: on the reader's own clock, to the second. */
export function toLocalInput(iso: string): string {
  const date = new Date(iso)
  const two = (value: number) => String(value).padStart(2, '0')
  const day = `${String(date.getFullYear()).padStart(4, '0')}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
}

/** The time that a form holds, which may also be one in UTC, without a fraction; undefined if it is empty or incomplete. */
export function fromLocalInput(text: string): string | undefined {
  const date = new Date(text)
  return text === '' || Number.isNaN(date.getTime()) ? undefined : date.toISOString().replace('.000Z', 'Z')
}

const typedPattern = /^\s*(\d{4})-(\d\d?)-(\d\d?)(?:[T\s]\s*(\d\d?):(\d\d)(?::(\d\d))?)?\s*$/

/** Reads a time that was typed: `2026-11-30 08:34`, with seconds or without a time of day. @returns undefined for what is none */
export function readTyped(text: string): string | undefined {
  const [, year, ...parts] = typedPattern.exec(text) ?? []
  if (year === undefined) return undefined
  const [month, day, hour, minute, second] = parts.map((part) => (part ?? '0').padStart(2, '0'))
  const time = `${year}-${month}-${day}T${hour}:${minute}:${second}`
  // A 31st that the month has not would be taken for the 1st of the next one.
  const date = new Date(`${time}Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(time) ? time : undefined
}

/** What an input shows of the time that a form holds: what the clocks of the zone that is shown say. */
export function toShownInput(text: string): string {
  const at = fromLocalInput(text)
  if (at === undefined) return ''
  return shownZone() === localZone ? toLocalInput(at) : new Date(toWallClock(Date.parse(at))).toISOString().slice(0, 19)
}

/** The time that a form holds for what was typed into an input: one in UTC where the reader's own clock says the same twice. */
export function fromShownInput(text: string): string {
  if (shownZone() === localZone) return text
  const clock = Date.parse(`${text}Z`)
  if (Number.isNaN(clock)) return ''
  const at = new Date(fromWallClock(clock)).toISOString().replace('.000Z', 'Z')
  const local = toLocalInput(at)
  return fromLocalInput(local) === at ? local : at
}

/**
 * ` That is Tue, 24 Nov 2026, 14:02:10.` for a time that a form holds; '' if it is empty or incomplete.
 */
export function typedTime(text: string): string {
  const time = fromLocalInput(text)
  const zone = shownZone() === localZone ? '' : ` ${shownZone()}`
  return time === undefined ? '' : ` That is ${localTimeAndDay(time)}${zone}.`
}

/** A time as forms hold it, so many hours from now, to the minute. */
export const inHours = (hours: number) =>
  toLocalInput(new Date(Math.ceil((serverNow() + hours * 3_600_000) / 60_000) * 60_000).toISOString())

/** A time as forms hold it: this hour of tomorrow, by the clock that is shown. */
export function tomorrowAt(hour: number, now = serverNow()): string {
  const today = Math.floor(toWallClock(now) / dayMs) * dayMs
  return toLocalInput(new Date(fromWallClock(today + dayMs + hour * 3_600_000)).toISOString())
}

import { signal } from '@preact/signals'
import { preference } from '../client/preference.ts'

/** The IANA name of the reader's time zone. */
export const localZone = new Intl.DateTimeFormat().resolvedOptions().timeZone

/** In which zone times are shown: `local`, `utc`, or `task` for that of the task whose screen is open. */
export const zoneChoice = preference('times', 'local')

/** The zone of the task whose screen is open. */
export const taskZone = signal<string>()

/** The IANA name of the zone in which times are shown. A component that asks is rendered again when it changes. */
export function shownZone(): string {
  if (zoneChoice.value === 'utc') return 'UTC'
  const ofTask = taskZone.value
  return zoneChoice.value === 'task' && ofTask !== undefined && isKnown(ofTask) ? ofTask : localZone
}

/** By which clock a time is entered: `in your time zone, Europe/Berlin`, or `in UTC`. */
export const inZone = (): string =>
  shownZone() === localZone ? `in your time zone, ${localZone}` : `in ${shownZone()}`

/** Whose time is shown: `Your time (Europe/Berlin)`, or the name of another zone. */
export const whoseTime = (): string => (shownZone() === localZone ? `Your time (${localZone})` : shownZone())

/** The server may know zones that the browser does not. */
export function isKnown(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }) !== undefined
  } catch {
    return false
  }
}

/** Returns a function that formats times in the zone that is shown, or in another one. */
export function formatIn(
  locale: string,
  options: Intl.DateTimeFormatOptions,
): (at: Date | number, zone?: string) => string {
  const made = new Map<string, Intl.DateTimeFormat>()
  return (at, timeZone = shownZone()) => {
    const format = made.get(timeZone) ?? new Intl.DateTimeFormat(locale, { ...options, timeZone })
    made.set(timeZone, format)
    return format.format(at)
  }
}

const day = formatIn('en', { dateStyle: 'short' })
const year = formatIn('en', { year: 'numeric' })
const two = '2-digit'
const wall = formatIn('en-US', {
  ...{ year: 'numeric', month: two, day: two, hour: two, minute: two, second: two, hourCycle: 'h23' },
})

/** A quarter hour, in ms: clocks of all zones begin theirs at the same time. */
export const quarterMs = 900_000

/** Whether two times are on one day in the zone that is shown. */
export const isSameDay = (one: Date | number, other: Date | number): boolean => day(one) === day(other)
/** Whether two times are in one year in the zone that is shown. */
export const isSameYear = (one: Date | number, other: Date | number): boolean => year(one) === year(other)
/** What clocks of a zone, the one that is shown unless it is another, say, as if it were UTC, in ms. @param at in ms since 1970 */
export function toWallClock(at: number, zone = shownZone()): number {
  const [month = 1, day, year = 1970, ...time] = (wall(at, zone).match(/\d+/g) ?? []).map(Number)
  return Date.UTC(year, month - 1, day, ...time)
}

/**
 * The full hours by clocks of the zone that is shown that are multiples of `step`. Those of zones half or a quarter of an hour
 * away from UTC, or that are changed by half an hour, are not those of UTC.
 * @param from, to in seconds since 1970, like the result; both may be among it
 */
export function fullHours(from: number, to: number, step: number): number[] {
  const hours: number[] = []
  const quarter = quarterMs / 1000
  for (let at = Math.ceil(from / quarter) * quarter; at <= to; at += quarter)
    if (toWallClock(at * 1000) % (step * 3_600_000) === 0) hours.push(at)
  return hours
}

/** The time at which clocks of such a zone say this. Where they say it twice it is the first time. @param clock in ms, as if it were UTC */
export function fromWallClock(clock: number, zone = shownZone()): number {
  const near = [-1, 1].map(
    (side) => clock - (toWallClock(clock + side * 86_400_000, zone) - (clock + side * 86_400_000)),
  )
  return Math.min(...near.filter((at) => toWallClock(at, zone) === clock), Math.max(...near))
}

import { serverNow } from '../client/server-clock.ts'
import { localTime, utcTime } from './format-time.ts'
import { formatIn, isSameDay, quarterMs, shownZone } from './zone.ts'

const clock = formatIn('en-GB', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
const half = 12 * 3_600_000

/** `02:10` in the zone that is shown. */
export function timeOfDay(at: string | number): string {
  return clock(new Date(at))
}

/** `02:10`, or `23 Nov, 02:10` if the time alone could be taken for another day's. */
export function plainTime(iso: string, now = serverNow()): string {
  const date = new Date(iso)
  const near = Math.abs(date.getTime() - now) < half || isSameDay(date, now)
  return near ? timeOfDay(iso) : localTime(iso, now).replace(/:\d\d$/, '')
}

/** `14:00–14:15`: the quarter hour that begins then, in the zone that is shown. */
export const quarterSpan = (at: string): string => `${timeOfDay(at)}–${timeOfDay(Date.parse(at) + quarterMs)}`

/** The tooltip of a time: in the zone that is shown, and in UTC unless that is it. */
export function fullTime(iso: string): string {
  return shownZone() === 'UTC' ? utcTime(iso) : `${localTime(iso)} ${shownZone()} · ${utcTime(iso)}`
}

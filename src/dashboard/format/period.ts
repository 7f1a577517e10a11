import { timeInRoute } from '../client/route.ts'
import { fromWallClock, toWallClock } from './zone.ts'

const hourMs = 3_600_000
/** The hours between which a night lies. */
const nightFrom = 22
const nightTo = 6

/** The times that an address limits a list to. */
export interface Period {
  /** A span that moves with the clock: hour, day or night; '' for the times in `from` and `to`, each of which may be ''. */
  readonly period: string
  readonly from: string
  readonly to: string
}

/** The spans that move with the clock, and their names. */
export const periods = [
  ['hour', 'Last hour'],
  ['day', 'Last 24 hours'],
  ['night', 'Last night, 22:00 to 06:00'],
] as const

/** The times that a period stands for now; '' where it has no limit. @param now in ms */
export function timesOf({ period, from, to }: Period, now: number): Pick<Period, 'from' | 'to'> {
  if (period === 'hour') return { from: timeInRoute(now - hourMs), to: '' }
  if (period === 'day') return { from: timeInRoute(now - 24 * hourMs), to: '' }
  if (period !== 'night') return { from, to }
  // By the clocks of the zone that is shown. Before six it is the night that goes on.
  const day = Math.floor(toWallClock(now) / (24 * hourMs)) * 24
  const end = fromWallClock((day + nightTo) * hourMs)
  const begin = fromWallClock((day - 24 + nightFrom) * hourMs)
  return { from: timeInRoute(begin), to: end > now ? '' : timeInRoute(end) }
}

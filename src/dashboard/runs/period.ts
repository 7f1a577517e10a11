import { type RouteOf, timeInRoute } from '../client/route.ts'
import type { RunFilter } from '../client/runs.ts'
import { fromWallClock, toWallClock } from '../format/zone.ts'

const hourMs = 3_600_000
/** The hours between which a night lies. */
const nightFrom = 22
const nightTo = 6

/** The spans that move with the clock, and their names. */
export const periods = [
  ['hour', 'Last hour'],
  ['day', 'Last 24 hours'],
  ['night', 'Last night, 22:00 to 06:00'],
] as const

/** The times that a period stands for now; '' where it has no limit. */
export function timesOf({ period, from, to }: Pick<RouteOf<'runs'>, 'period' | 'from' | 'to'>, now: number) {
  if (period === 'hour') return { from: timeInRoute(now - hourMs), to: '' }
  if (period === 'day') return { from: timeInRoute(now - 24 * hourMs), to: '' }
  if (period !== 'night') return { from, to }
  // By the clocks of the zone that is shown. Before six it is the night that goes on.
  const day = Math.floor(toWallClock(now) / (24 * hourMs)) * 24
  const end = fromWallClock((day + nightTo) * hourMs)
  const begin = fromWallClock((day - 24 + nightFrom) * hourMs)
  return { from: timeInRoute(begin), to: end > now ? '' : timeInRoute(end) }
}

/** The filter of a route at a time. */
export function filterOf(route: RouteOf<'runs'>, now: number): RunFilter {
  const { text, host, code, label, task } = route
  return { ...timesOf(route, now), text, host, status_code: code, label, task_id: task }
}

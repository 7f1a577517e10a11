import { nextTime } from '../schedule/next-time.ts'
import { unitMs } from '../schedule/upcoming.ts'
import type { TaskGroup } from './queries.ts'

const quarterMs = 900_000
const quarterCount = 96

/** A time in ms as RFC 3339, without a fraction. */
export const atSecond = (ms: number) => new Date(ms).toISOString().replace('.000Z', 'Z')

/**
 * How many runs are due in each of the 96 quarter hours that begin with the one of `from`, if every run is on time: all
 * runs of a task count, 15 in a quarter for one that runs every minute. What is overdue counts as due at `from`.
 * @param from now, in ms
 */
export function countUpcoming(groups: readonly TaskGroup[], from: number): { at: string; count: number }[] {
  const start = Math.floor(from / quarterMs) * quarterMs
  const end = start + quarterCount * quarterMs
  const counts = Array<number>(quarterCount).fill(0)
  for (const group of groups)
    for (const time of runs(group, from, end)) (counts[Math.floor((time - start) / quarterMs)] as number) += group.count
  return counts.map((count, quarter) => ({ at: atSecond(start + quarter * quarterMs), count }))
}

/** The times at which the tasks of a group run from `from` until before `end`, in ms. */
function* runs({ at, frequency, unit, cron, time_zone }: TaskGroup, from: number, end: number): Generator<number> {
  if (at === null) return
  const first = Date.parse(at)
  if (first >= end) return
  yield Math.max(first, from)
  if (cron !== null) {
    const zone = time_zone ?? 'UTC'
    // The first run stands for its whole minute, which the pattern is not to give again.
    let time = nextTime(cron, zone, Math.max(first, from))
    for (; time !== undefined && time < end; time = nextTime(cron, zone, time)) yield time
  } else if (frequency !== null && unit !== null) {
    const step = frequency * unitMs[unit]
    const passed = Math.max(1, Math.floor((from - first) / step) + 1)
    for (let time = first + passed * step; time < end; time += step) yield time
  }
}

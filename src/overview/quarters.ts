import { eachTime } from '../schedule/count-times.ts'
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
    eachRun(group, from, end, (time) => {
      const quarter = Math.floor((time - start) / quarterMs)
      counts[quarter] = (counts[quarter] as number) + group.count
    })
  return counts.map((count, quarter) => ({ at: atSecond(start + quarter * quarterMs), count }))
}

/** Gives the times at which the tasks of a group run from `from` until before `end`, in ms. */
function eachRun(group: TaskGroup, from: number, end: number, take: (time: number) => void): void {
  const { at, frequency, unit, cron, time_zone } = group
  if (at === null) return
  const first = Date.parse(at)
  if (first >= end) return
  take(Math.max(first, from))
  // The first run stands for its whole minute, which the pattern is not to give again.
  if (cron !== null) eachTime(cron, time_zone ?? 'UTC', Math.max(first, from), end, take)
  else if (frequency !== null && unit !== null) {
    const step = frequency * unitMs[unit]
    const passed = Math.max(1, Math.floor((from - first) / step) + 1)
    for (let time = first + passed * step; time < end; time += step) take(time)
  }
}

import { formatTime } from '../formats/time.ts'
import { invalid } from '../http/errors.ts'
import { eachTime } from '../schedule/count-times.ts'
import { recurrenceOf } from '../schedule/kind.ts'
import { isReadable } from '../schedule/readable.ts'
import { unitMs } from '../schedule/unit.ts'
import { inSlices } from '../task-sets/in-slices.ts'
import type { CalendarUses } from '../transitions/calendar-use.ts'
import type { TaskGroup } from './queries.ts'

/** A quarter hour, in ms. */
export const quarterMs = 900_000
const quarterCount = 96

/**
 * Counts the runs that are due in each quarter hour of the coming day, assuming that every run is on time. Every run of a
 * task counts: a task that runs every minute adds 15 to a quarter hour. Overdue runs count as due at `from`. Thousands of groups are
 * counted in slices.
 * @param from the current time, in ms
 * @param uses the calendars of the tasks
 * @returns 96 quarter hours, the one that contains `from` first
 */
export async function countUpcoming(
  groups: readonly TaskGroup[],
  from: number,
  uses: CalendarUses,
): Promise<{ at: string; count: number }[]> {
  const start = Math.floor(from / quarterMs) * quarterMs
  const end = start + quarterCount * quarterMs
  const counts = Array<number>(quarterCount).fill(0)
  await inSlices(groups, (group) =>
    eachRun(group, uses, from, end, (time) => {
      const quarter = Math.floor((time - start) / quarterMs)
      counts[quarter] = (counts[quarter] as number) + group.count
    }),
  )
  return counts.map((count, quarter) => ({ at: formatTime(start + quarter * quarterMs), count }))
}

/** Counts the tasks that run in the coming day and of whose runs only the next one is known, see `eachRun`. */
export const countUnreadable = (groups: readonly TaskGroup[]): number =>
  groups.reduce((sum, group) => sum + (group.at === null || isReadable(group) ? 0 : group.count), 0)

/** Whether tasks of a group run in the quarter hour that begins at `at`, in ms. @param from the current time, in ms */
export function runsIn(group: TaskGroup, uses: CalendarUses, from: number, at: number): boolean {
  let runs = false
  eachRun(group, uses, from, at + quarterMs, (time) => {
    runs ||= time >= at
  })
  return runs
}

/**
 * Reads the beginning of a quarter hour of the coming day.
 * @param from the current time, in ms
 * @returns the time in ms
 * @throws ApiError 400 for any other time
 */
export function readQuarter(at: string, from: number): number {
  const quarter = Date.parse(at)
  const first = Math.floor(from / quarterMs) * quarterMs
  const end = first + quarterCount * quarterMs
  if (quarter % quarterMs === 0 && quarter >= first && quarter < end) return quarter
  throw invalid([
    {
      path: '/at',
      message: `must begin a quarter hour of the coming day, from ${formatTime(first)} to ${formatTime(end - quarterMs)}`,
    },
  ])
}

/**
 * Calls `count` with each time, in ms, at which the tasks of a group run, from `from` up to but not including `until`. Of tasks whose
 * pattern or zone this replica cannot read that is the next one, which is stored.
 */
export function eachRun(
  group: TaskGroup,
  uses: CalendarUses,
  from: number,
  until: number,
  count: (time: number) => void,
): void {
  const { at, ends_at, runs_left } = group
  if (at === null) return
  const first = Date.parse(at)
  const end = ends_at === null ? until : Math.min(until, Date.parse(ends_at) + 1)
  let left = runs_left ?? Number.POSITIVE_INFINITY
  const take = (time: number) => {
    if (left-- > 0) count(time)
  }
  if (first >= until) return
  take(Math.max(first, from))
  // The first run is counted; `eachTime` gives those after it.
  const recurrence = recurrenceOf(group)
  if (recurrence.kind === 'cron') {
    if (!isReadable(group)) return
    const offsetMs = group.offset * 1000
    const after = Math.max(first, from) - offsetMs
    // The slots of a calendar that has changed since the groups were read are shown without it.
    const use = uses.has(group.calendar_use) ? uses.get(group.calendar_use) : undefined
    eachTime(recurrence.cron, recurrence.time_zone, after, end - offsetMs, (time) => take(time + offsetMs), use)
  } else if (recurrence.kind === 'interval') {
    const step = recurrence.frequency * unitMs[recurrence.unit]
    const passed = Math.max(1, Math.floor((from - first) / step) + 1)
    for (let time = first + passed * step; time < end; time += step) take(time)
  }
}

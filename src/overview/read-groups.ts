import type { Sql } from '../database/sql.ts'
import { formatTime } from '../formats/time.ts'
import { inSlices } from '../task-sets/in-slices.ts'
import type { WantedLabel } from '../tasks/label-filter.ts'
import type { CalendarUses } from '../transitions/calendar-use.ts'
import { readQuarter, runsIn } from './quarters.ts'
import { groupTasks, readGroupCalendars, type TaskGroup } from './queries.ts'

/** The tasks of a service in groups, and what their runs of the coming day are worked out from. */
export interface ReadGroups {
  readonly groups: readonly TaskGroup[]
  readonly uses: CalendarUses
  /** The database's clock, as RFC 3339 and in ms. */
  readonly nowText: string
  readonly now: number
}

/** Reads the tasks of a service with these labels in groups, with their calendars. */
export async function readGroups(
  sql: Sql,
  serviceId: string,
  labels: readonly WantedLabel[] = [],
): Promise<ReadGroups> {
  const groups = await groupTasks(sql, serviceId, labels)
  const uses = await readGroupCalendars(sql, serviceId, groups)
  const nowText = groups[0]?.now ?? formatTime(Date.now())
  return { groups, uses, nowText, now: Date.parse(nowText) }
}

/**
 * Returns the groups whose tasks run in a quarter hour of the coming day, and when it begins in ms.
 * @param at its beginning, RFC 3339
 * @throws ApiError 400 for a time that begins no quarter hour of the coming day
 */
export async function runningIn(
  { groups, uses, now }: ReadGroups,
  at: string,
): Promise<{ readonly quarter: number; readonly running: readonly TaskGroup[] }> {
  const quarter = readQuarter(at, now)
  const running = await inSlices(groups, (group) => (runsIn(group, uses, now, quarter) ? [group] : []))
  return { quarter, running: running.flat() }
}

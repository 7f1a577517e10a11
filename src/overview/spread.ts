import type { Sql } from '../database/sql.ts'
import type { Caller } from '../http/caller.ts'
import { leastGap } from '../schedule/least-gap.ts'
import type { CalendarUses } from '../transitions/calendar-use.ts'
import type { RunsSpread, SpreadRuns } from './model.ts'
import { countUpcoming, readQuarter, runsIn } from './quarters.ts'
import { groupTasks, readGroupCalendars, type TaskGroup } from './queries.ts'
import { groupSpread, listTasksOf, spreadTasks } from './spread-queries.ts'

/** The most tasks that one request spreads, and the most that one statement does. */
const [mostTasks, batchTasks] = [20_000, 1_000]

/**
 * Spreads the tasks of a service that run in one quarter hour of the coming day: those without a spread whose slots are further
 * apart than the new one.
 * @throws ApiError 400 for a time that begins no quarter hour of the coming day
 */
export async function spreadRuns(
  sql: Sql,
  caller: Caller,
  { at, spread_seconds, dry_run = false }: RunsSpread,
): Promise<SpreadRuns> {
  const groups = await groupTasks(sql, caller.serviceId, [])
  const uses = await readGroupCalendars(sql, caller.serviceId, groups)
  const now = Date.parse(groups[0]?.now ?? new Date().toISOString())
  const quarter = readQuarter(at, now)
  const running = groups.filter((group) => runsIn(group, uses, now, quarter))
  const isFit = (group: TaskGroup) => !group.is_spread && gapSeconds(group, uses, now) > spread_seconds
  const chosen = running.filter(isFit)
  const inRunning = running.reduce((sum, { count }) => sum + count, 0)
  if (dry_run) {
    const others = groups.filter((group) => !chosen.includes(group))
    const spread = await groupSpread(sql, caller.serviceId, chosen, spread_seconds)
    const tasks = Math.min(
      mostTasks,
      chosen.reduce((sum, { count }) => sum + count, 0),
    )
    return { tasks, left: inRunning - tasks, upcoming: countUpcoming([...others, ...spread], now, uses) }
  }
  const ids = await listTasksOf(sql, caller.serviceId, chosen, mostTasks)
  let tasks = 0
  for (let from = 0; from < ids.length; from += batchTasks)
    tasks += await spreadTasks(sql, caller, ids.slice(from, from + batchTasks), spread_seconds)
  const after = await groupTasks(sql, caller.serviceId, [])
  return { tasks, left: Math.max(0, inRunning - tasks), upcoming: countUpcoming(after, now, uses) }
}

/** The least time between two slots of the tasks of a group, in s; 0 where this replica cannot read the pattern, and where its calendar has changed since. */
function gapSeconds(group: TaskGroup, uses: CalendarUses, now: number): number {
  try {
    return leastGap(group, now, uses.get(group.calendar_use)) / 1000
  } catch {
    return 0
  }
}

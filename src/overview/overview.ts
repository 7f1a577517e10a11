import type { Sql } from '../database/sql.ts'
import { formatTime } from '../formats/time.ts'
import { percentile } from '../tally/histogram.ts'
import type { WantedLabel } from '../tasks/label-filter.ts'
import { findCatchUp } from './catch-up.ts'
import { listEndingCalendars } from './ending-calendars.ts'
import { groupFailing } from './failing.ts'
import type { Overview } from './model.ts'
import { countUnreadable, countUpcoming, quarterMs } from './quarters.ts'
import { countOpenAlerts, type HourRow, listFailing, listHours, sumHistograms } from './queries.ts'
import { readGroups } from './read-groups.ts'
import type { StaleCache } from './stale-cache.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const failingAtMost = 100

/** The figures of an overview that are counted from all tasks of a service. All others are precomputed in `tally`. */
type TaskFigures = Pick<Overview, 'tasks' | 'upcoming' | 'unreadable'>

/** What is cached: figures and groups of tasks by service id and labels, and late slots by service id. */
export interface OverviewCaches {
  readonly failing: StaleCache<Overview['failing_groups']>
  readonly tasks: StaleCache<TaskFigures>
  readonly catchUp: StaleCache<Overview['catch_up']>
}

/** Number of tasks from which counting them takes long enough to cache the result. */
const manyTasks = 5_000

/** Whether figures come from so many tasks that they are worth caching. */
export const hasManyTasks = ({ tasks }: TaskFigures) => tasks.active + tasks.paused + tasks.disabled >= manyTasks

/**
 * Returns the overview of a service. All figures are precomputed except those counted from tasks, which are cached for
 * services with 5,000 tasks or more.
 * @param labels of the tasks that `tasks`, `upcoming` and `failing` count; the other figures are of all tasks
 * @param mostGroups how many groups of each part of the failing tasks are listed
 * @param toleranceSeconds a slot that is later than this counts as late
 */
export async function findOverview(
  sql: Sql,
  { tasks: cache, catchUp: lateCache, failing: failingCache }: OverviewCaches,
  serviceId: string,
  labels: readonly WantedLabel[],
  mostGroups: number,
  toleranceSeconds: number,
): Promise<Overview> {
  const key = labels.length === 0 ? serviceId : JSON.stringify([serviceId, labels])
  const [figures, hours, histograms, failing, failing_groups, counts, catch_up, ending_calendars] = await Promise.all([
    cache.get(key, () => countTasks(sql, serviceId, labels)),
    listHours(sql, serviceId),
    sumHistograms(sql, serviceId),
    listFailing(sql, serviceId, labels, failingAtMost),
    failingCache.get(`${mostGroups} ${key}`, () => groupFailing(sql, serviceId, labels, mostGroups)),
    countOpenAlerts(sql, serviceId),
    lateCache.get(serviceId, () => findCatchUp(sql, serviceId, toleranceSeconds)),
    listEndingCalendars(sql, serviceId),
  ])
  const percentiles = (of: 'skew_ms' | 'duration_ms') => ({
    p50: percentile(histograms[of], 0.5),
    p99: percentile(histograms[of], 0.99),
  })
  return {
    tasks: figures.tasks,
    ...inHoursAndDays(hours),
    failing: failing.map(({ alert: _, ...task }) => task),
    failing_groups,
    alerts: {
      counts,
      failing: failing.flatMap(({ task_id, alert }) => (alert === null ? [] : { task_id, ...alert })),
    },
    upcoming: figures.upcoming,
    unreadable: figures.unreadable,
    catch_up,
    ending_calendars,
    skew_ms: percentiles('skew_ms'),
    duration_ms: percentiles('duration_ms'),
  }
}

async function countTasks(sql: Sql, serviceId: string, labels: readonly WantedLabel[]): Promise<TaskFigures> {
  const { groups, uses, now } = await readGroups(sql, serviceId, labels)
  const tasks = { active: 0, paused: 0, disabled: 0 }
  for (const { status, count } of groups) tasks[status] += count
  return { tasks, upcoming: await countUpcoming(groups, now, uses), unreadable: countUnreadable(groups) }
}

/** Sums rows into the last 24 hours, by quarter hour and by hour, and the last seven days, with zeros where nothing ended. */
function inHoursAndDays(rows: readonly HourRow[]): Pick<Overview, 'quarters' | 'hours' | 'days'> {
  const now = Date.parse(rows[0]?.now as string)
  const spans = (ms: number, count: number) => {
    const first = Math.floor(now / ms) * ms - (count - 1) * ms
    const results = Array.from({ length: count }, (_, span) => ({
      at: formatTime(first + span * ms),
      success: 0,
      failed: 0,
      skipped: 0,
    }))
    for (const { at, success, failed, skipped } of rows) {
      const result = results[Math.floor((Date.parse(at) - first) / ms)]
      if (!result) continue
      result.success += success
      result.failed += failed
      result.skipped += skipped
    }
    return results
  }
  return { quarters: spans(quarterMs, 96), hours: spans(hourMs, 24), days: spans(dayMs, 7) }
}

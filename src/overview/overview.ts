import type { Sql } from '../database/sql.ts'
import { percentile } from '../tally/histogram.ts'
import type { Overview } from './model.ts'
import { atSecond, countUpcoming } from './quarters.ts'
import { groupTasks, type HourRow, listFailing, listHours, sumHistograms } from './queries.ts'
import type { Kept } from './stale-cache.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const failingAtMost = 100

/** The part of an overview that is read from all tasks of a service. */
export type OfTasks = Pick<Overview, 'tasks' | 'upcoming'>

/** From so many tasks on it takes long enough to be kept. */
const many = 5_000

export const hasManyTasks = ({ tasks }: OfTasks) => tasks.active + tasks.paused + tasks.disabled >= many

/** How a service's tasks are doing: nothing is counted, but for the tasks, which are kept for a moment where they are many. */
export async function findOverview(sql: Sql, kept: Kept<OfTasks>, serviceId: string): Promise<Overview> {
  const [ofTasks, hours, histograms, failing] = await Promise.all([
    kept.get(serviceId, () => countTasks(sql, serviceId)),
    listHours(sql, serviceId),
    sumHistograms(sql, serviceId),
    listFailing(sql, serviceId, failingAtMost),
  ])
  const percentiles = (of: 'skew_ms' | 'duration_ms') => ({
    p50: percentile(histograms[of], 0.5),
    p99: percentile(histograms[of], 0.99),
  })
  return {
    tasks: ofTasks.tasks,
    ...inHoursAndDays(hours),
    failing: [...failing],
    upcoming: ofTasks.upcoming,
    skew_ms: percentiles('skew_ms'),
    duration_ms: percentiles('duration_ms'),
  }
}

async function countTasks(sql: Sql, serviceId: string): Promise<OfTasks> {
  const groups = await groupTasks(sql, serviceId)
  const tasks = { active: 0, paused: 0, disabled: 0 }
  for (const { status, count } of groups) tasks[status] += count
  return { tasks, upcoming: countUpcoming(groups, Date.parse(groups[0]?.now ?? new Date().toISOString())) }
}

/** All of the last 24 hours and seven days, also those in which nothing ended. */
function inHoursAndDays(rows: readonly HourRow[]): Pick<Overview, 'hours' | 'days'> {
  const now = Date.parse(rows[0]?.now as string)
  const spans = (ms: number, count: number) => {
    const first = Math.floor(now / ms) * ms - (count - 1) * ms
    const results = Array.from({ length: count }, (_, span) => ({
      at: atSecond(first + span * ms),
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
  return { hours: spans(hourMs, 24), days: spans(dayMs, 7) }
}

import type { Sql } from '../database/sql.ts'
import type { Caller } from '../http/caller.ts'
import { invalid } from '../http/errors.ts'
import type { Log } from '../log/log.ts'
import { leastGap } from '../schedule/least-gap.ts'
import type { ChangedTask, Chosen, ChosenTask } from './chosen.ts'
import type { LeftOutRuns, RunsSpread, SpreadRuns } from './move-model.ts'
import { onceEach } from './once-each.ts'
import type { TaskGroup } from './queries.ts'
import { calendarChanges, changeRuns, leftOut, tooFar, unreadable } from './runs-change.ts'
import { spreadTasks } from './spread-queries.ts'

/** A slot that is nearer than this might be past when its task is written. */
const soonMs = 2_000

/**
 * Spreads the tasks of a service that run in one quarter hour of the coming day, or those with some ids: the ones without a spread
 * whose slots are further apart than the new one. With 0 seconds it takes the spread away from those with some ids.
 * @throws ApiError 400 for a time that begins no quarter hour of the coming day, unless tasks are given in one way, for 0 seconds
 * without ids, and for versions that are not one for each of the ids
 */
export async function spreadRuns(sql: Sql, log: Log, caller: Caller, body: RunsSpread): Promise<SpreadRuns> {
  const { spread_seconds: seconds } = body
  const versions = versionsOf(body)
  const written = new Map<string, number>()
  const done = await changeRuns(sql, log, caller, body, {
    spreadSeconds: Math.max(1, seconds),
    planning: (chosen) => {
      const gapOf = onceEach(gapIn(chosen))
      return (task) => changedSince(task, versions) ?? planSpread(task, seconds, chosen, gapOf)
    },
    write: async (batch) => {
      const rows = await spreadTasks(sql, caller, batch, seconds)
      for (const { id, version } of rows) written.set(id, version)
      return rows.map(({ id }) => id)
    },
  })
  return { ...done, versions: done.changed.map((id) => written.get(id) as number) }
}

/**
 * Returns the version that each task is to have, by its id in lower case; undefined if the request asks for none.
 * @throws ApiError 400
 */
function versionsOf({ ids, versions, spread_seconds }: RunsSpread): ReadonlyMap<string, number> | undefined {
  if (spread_seconds === 0 && ids === undefined)
    throw invalid([{ path: '/spread_seconds', message: 'must be from 1 to 86400 where no ids are given' }])
  if (versions === undefined) return undefined
  if (versions.length !== ids?.length)
    throw invalid([{ path: '/versions', message: 'must have one version for each of ids' }])
  return new Map(ids.map((id, place) => [id.toLowerCase(), versions[place] as number]))
}

/** Returns why a task is left out that has another version than was asked for. */
function changedSince(task: ChosenTask, versions: ReadonlyMap<string, number> | undefined): LeftOutRuns | undefined {
  if (versions === undefined || versions.get(task.id) === task.version) return undefined
  return leftOut(task, 'changed', 'It was changed since: look at it, and change its spread there.')
}

/** Returns when a task starts after the spread, or why it is left out. */
function planSpread(
  task: ChosenTask,
  seconds: number,
  { uses, now }: Chosen,
  gapOf: ReturnType<typeof gapIn>,
): ChangedTask | LeftOutRuns {
  if (task.is_spread && seconds > 0) return leftOut(task, 'has_spread', 'It has a spread already.')
  if (!task.is_spread && seconds === 0) return leftOut(task, 'no_spread', 'It has no spread.')
  if (!uses.has(task.calendar_use)) return leftOut(task, 'changed', calendarChanges)
  const { frequency, unit, cron, time_zone, calendar_use } = task
  const gap = gapOf(frequency, unit, cron, time_zone, calendar_use)
  if (gap === 'unreadable') return leftOut(task, 'pattern', `It ${unreadable}.`)
  if (gap <= seconds)
    return leftOut(task, 'too_often', 'The time between two of its runs is not longer than the spread.')
  const startsAt = Date.parse(task.slot as string) + task.new_offset * 1000
  // It would be late at once, and would be skipped if it does not make up for missed slots.
  if (seconds === 0 && task.status === 'active' && startsAt <= now + soonMs)
    return leftOut(task, 'past', 'It is on its way to a start: take its spread away when it has started.')
  return tooFar(task, startsAt) ?? { task, cron, offset: task.new_offset, startsAt }
}

/** Returns what tells the least time between two slots of a schedule, in s. */
const gapIn =
  ({ uses, now }: Chosen) =>
  (
    frequency: TaskGroup['frequency'],
    unit: TaskGroup['unit'],
    cron: string | null,
    time_zone: string | null,
    use: string,
  ): number | 'unreadable' => {
    try {
      return leastGap({ frequency, unit, cron, time_zone }, now, uses.get(use)) / 1000
    } catch {
      return 'unreadable'
    }
  }

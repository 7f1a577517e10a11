import type { Sql } from '../database/sql.ts'
import type { Caller } from '../http/caller.ts'
import type { Log } from '../log/log.ts'
import { leastGap } from '../schedule/least-gap.ts'
import type { ChangedTask, Chosen, ChosenTask } from './chosen.ts'
import type { LeftOutRuns, RunsSpread, SpreadRuns } from './move-model.ts'
import { onceEach } from './once-each.ts'
import type { TaskGroup } from './queries.ts'
import { calendarChanges, changeRuns, leftOut, tooFar, unreadable } from './runs-change.ts'
import { spreadTasks } from './spread-queries.ts'

/**
 * Spreads the tasks of a service that run in one quarter hour of the coming day, or those with some ids: the ones without a spread
 * whose slots are further apart than the new one.
 * @throws ApiError 400 for a time that begins no quarter hour of the coming day, and unless tasks are given in one way
 */
export async function spreadRuns(sql: Sql, log: Log, caller: Caller, body: RunsSpread): Promise<SpreadRuns> {
  const { spread_seconds: seconds } = body
  return changeRuns(sql, log, caller, body, {
    spreadSeconds: seconds,
    planning: (chosen) => {
      const gapOf = onceEach(gapIn(chosen))
      return (task) => planSpread(task, seconds, chosen, gapOf)
    },
    write: (batch) => spreadTasks(sql, caller, batch, seconds),
  })
}

/** Returns when a task starts after the spread, or why it is left out. */
function planSpread(
  task: ChosenTask,
  seconds: number,
  { uses }: Chosen,
  gapOf: ReturnType<typeof gapIn>,
): ChangedTask | LeftOutRuns {
  if (task.is_spread) return leftOut(task, 'has_spread', 'It has a spread already.')
  if (!uses.has(task.calendar_use)) return leftOut(task, 'changed', calendarChanges)
  const { frequency, unit, cron, time_zone, calendar_use } = task
  const gap = gapOf(frequency, unit, cron, time_zone, calendar_use)
  if (gap === 'unreadable') return leftOut(task, 'pattern', `It ${unreadable}.`)
  if (gap <= seconds)
    return leftOut(task, 'too_often', 'The time between two of its runs is not longer than the spread.')
  const startsAt = Date.parse(task.slot as string) + task.new_offset * 1000
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

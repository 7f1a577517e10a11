import type { Sql } from '../database/sql.ts'
import type { Caller } from '../http/caller.ts'
import type { Log } from '../log/log.ts'
import { leastGap } from '../schedule/least-gap.ts'
import { inSlices } from '../task-sets/in-slices.ts'
import { answer, type ChangedTask, type Chosen, type ChosenTask, readChosen } from './chosen.ts'
import type { LeftOutRuns, RunsSpread, SpreadRuns } from './move-model.ts'
import { onceEach } from './once-each.ts'
import type { TaskGroup } from './queries.ts'
import {
  calendarChanges,
  checkChoice,
  inBatches,
  leftOut,
  logPart,
  tooFar,
  unreadable,
  withoutRun,
} from './runs-change.ts'
import { spreadTasks } from './spread-queries.ts'

/**
 * Spreads the tasks of a service that run in one quarter hour of the coming day, or those with some ids: the ones without a spread
 * whose slots are further apart than the new one.
 * @throws ApiError 400 for a time that begins no quarter hour of the coming day, and unless tasks are given in one way
 */
export async function spreadRuns(sql: Sql, log: Log, caller: Caller, body: RunsSpread): Promise<SpreadRuns> {
  const { spread_seconds: seconds, dry_run = false } = body
  checkChoice(body)
  const chosen = await readChosen(sql, caller.serviceId, body, seconds)
  const left: LeftOutRuns[] = []
  const planned: ChangedTask[] = []
  const gapOf = onceEach(gapIn(chosen))
  await inSlices(chosen.tasks, (task) => {
    const reason = whyNot(task, chosen, seconds, gapOf)
    if (reason) left.push(reason)
    else planned.push({ task, cron: task.cron, offset: task.new_offset, startsAt: startOf(task) })
  })
  if (dry_run) return answer(chosen, planned, left, false)
  const done = await inBatches(planned, (batch) => spreadTasks(sql, caller, batch, seconds), logPart(log, caller))
  return answer(chosen, done.changed, [...left, ...done.leftOut], true)
}

const startOf = ({ slot, new_offset }: ChosenTask) => Date.parse(slot as string) + new_offset * 1000

function whyNot(
  task: ChosenTask,
  { uses }: Chosen,
  seconds: number,
  gapOf: ReturnType<typeof gapIn>,
): LeftOutRuns | undefined {
  const none = withoutRun(task)
  if (none) return none
  if (task.is_spread) return leftOut(task, 'has_spread', 'It has a spread already.')
  if (!uses.has(task.calendar_use)) return leftOut(task, 'changed', calendarChanges)
  const { frequency, unit, cron, time_zone, calendar_use } = task
  const gap = gapOf(frequency, unit, cron, time_zone, calendar_use)
  if (gap === 'unreadable') return leftOut(task, 'pattern', `It ${unreadable}.`)
  return gap > seconds
    ? tooFar(task, startOf(task))
    : leftOut(task, 'too_often', 'The time between two of its runs is not longer than the spread.')
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

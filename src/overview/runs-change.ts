import { mayHaveCommitted } from '../database/fault.ts'
import { lastTime } from '../formats/time.ts'
import type { Caller } from '../http/caller.ts'
import { invalid } from '../http/errors.ts'
import type { Log } from '../log/log.ts'
import type { ChangedTask, Choice, ChosenTask } from './chosen.ts'
import type { LeftOutRuns } from './move-model.ts'

/** The most tasks that one statement changes. */
const batchTasks = 1_000

const notReached = 'The database failed before it was changed: try again with this task.'
const inDoubt = 'The database failed while it was changed: look at it before you try again with this task.'

/** Of a task whose calendar has changed since it was read: whoever changes it computes its next slot again. */
export const calendarChanges = 'Its calendar is being changed: try again.'
/** Of a task whose pattern or zone cannot be read here: a clause that follows "it". */
export const unreadable = 'has a pattern or a time zone that this replica cannot read'

/** Returns why a task is left out. @param message in words */
export const leftOut = (
  { id, name }: Pick<ChosenTask, 'id' | 'name'>,
  reason: LeftOutRuns['reason'],
  message: string,
): LeftOutRuns => ({ id, name, reason, message })

/** Returns why a task is left out that has no run whose time could change. */
export function withoutRun(task: ChosenTask): LeftOutRuns | undefined {
  if (task.once_running) return leftOut(task, 'running', 'Its only run, or its last one, is going on.')
  if (task.starts_at === null) return leftOut(task, 'no_run_to_come', 'It has run or has ended: it has no run to come.')
  return undefined
}

/** Returns why a task is left out that would start when no time can be stored any more. @param startsAt in ms */
export const tooFar = (task: ChosenTask, startsAt: number): LeftOutRuns | undefined =>
  startsAt > lastTime ? leftOut(task, 'out_of_range', 'It would start after the year 9999.') : undefined

/**
 * Checks that a request says in one way which tasks it means.
 * @throws ApiError 400
 */
export function checkChoice({ at, ids }: Choice): void {
  if (at === undefined && ids === undefined)
    throw invalid([{ path: '/at', message: 'is required, or ids', code: 'required' }])
  if (at !== undefined && ids !== undefined)
    throw invalid([{ path: '/ids', message: 'cannot stand beside at: give one of them' }])
}

/** Returns what logs why a request has changed a part of its tasks only. */
export const logPart =
  (log: Log, { serviceId }: Caller) =>
  (err: unknown): void =>
    log.error({ err, service_id: serviceId }, 'only some of the tasks of a request were changed')

/**
 * Changes tasks, some at a time, until one statement fails.
 * @param change changes tasks if they are still as they were read, and returns the ids of those that it changed
 * @param onError is told why the rest was not changed
 * @returns what was changed, and the rest as left out
 * @throws the error of the statement if nothing was changed before; a client that repeats a request must know what was
 */
export async function inBatches(
  planned: readonly ChangedTask[],
  change: (batch: readonly ChangedTask[]) => Promise<readonly string[]>,
  onError: (error: unknown) => void,
): Promise<{ changed: ChangedTask[]; leftOut: LeftOutRuns[] }> {
  const changed: ChangedTask[] = []
  const others: LeftOutRuns[] = []
  for (let from = 0; from < planned.length; from += batchTasks) {
    const batch = planned.slice(from, from + batchTasks)
    let done: ReadonlySet<string>
    try {
      done = new Set(await change(batch))
    } catch (error) {
      if (changed.length === 0) throw error
      onError(error)
      const isOpen = mayHaveCommitted(error)
      others.push(...batch.map(({ task }) => leftOut(task, 'database', isOpen ? inDoubt : notReached)))
      others.push(...planned.slice(from + batchTasks).map(({ task }) => leftOut(task, 'database', notReached)))
      break
    }
    for (const one of batch)
      if (done.has(one.task.id)) changed.push(one)
      else others.push(leftOut(one.task, 'changed', 'It was changed or started just now: try again.'))
  }
  return { changed, leftOut: others }
}

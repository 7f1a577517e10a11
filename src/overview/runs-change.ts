import { mayHaveCommitted } from '../database/fault.ts'
import type { Sql } from '../database/sql.ts'
import { lastTime } from '../formats/time.ts'
import type { Caller } from '../http/caller.ts'
import { invalid } from '../http/errors.ts'
import { batchesMs } from '../http/timeout.ts'
import type { Log } from '../log/log.ts'
import { inSlices } from '../task-sets/in-slices.ts'
import { answer, type ChangedTask, type Choice, type Chosen, type ChosenTask, readChosen } from './chosen.ts'
import type { LeftOutRuns, MovedRuns } from './move-model.ts'

/** The most tasks that one statement changes. */
const batchTasks = 1_000

const noTime = 'The time of one request was over before it was changed: try again with this task.'
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

/** Returns why a task is left out that would start when no time can be stored any more. @param startsAt in ms */
export const tooFar = (task: ChosenTask, startsAt: number): LeftOutRuns | undefined =>
  startsAt > lastTime ? leftOut(task, 'out_of_range', 'It would start after the year 9999.') : undefined

/** A request that changes the times of tasks. */
export interface RunsRequest extends Choice {
  readonly dry_run?: boolean
}

/** How a request changes the times of tasks. */
export interface RunsChange {
  /** The spread that is asked for, in seconds; 1 for none. */
  readonly spreadSeconds: number
  /** Returns what plans the change of a task that has a run to come: how it runs afterwards, or why it is left out. */
  readonly planning: (chosen: Chosen) => (task: ChosenTask) => ChangedTask | LeftOutRuns
  /** Changes tasks that are still as they were read, and returns the ids of those that it changed. */
  readonly write: (batch: readonly ChangedTask[]) => Promise<readonly string[]>
}

/**
 * Changes the times of the tasks that a request means, or only says what that would lead to.
 * @throws ApiError 400 for a time that begins no quarter hour of the coming day, and unless tasks are given in one way
 */
export async function changeRuns(
  sql: Sql,
  log: Log,
  caller: Caller,
  request: RunsRequest,
  { spreadSeconds, planning, write }: RunsChange,
): Promise<MovedRuns> {
  checkChoice(request)
  const until = performance.now() + batchesMs
  const chosen = await readChosen(sql, caller.serviceId, request, spreadSeconds)
  const plan = planning(chosen)
  const left: LeftOutRuns[] = []
  const planned: ChangedTask[] = []
  await inSlices(chosen.tasks, (task) => {
    const result = withoutRun(task) ?? plan(task)
    if ('reason' in result) left.push(result)
    else planned.push(result)
  })
  if (request.dry_run) return answer(chosen, planned, left, false)
  const done = await inBatches(planned, write, logPart(log, caller), until)
  return answer(chosen, done.changed, [...left, ...done.leftOut], true)
}

/** Returns why a task is left out that has no run whose time could change. */
function withoutRun(task: ChosenTask): LeftOutRuns | undefined {
  if (task.once_running) return leftOut(task, 'running', 'Its only run, or its last one, is going on.')
  if (task.starts_at === null) return leftOut(task, 'no_run_to_come', 'It has run or has ended: it has no run to come.')
  return undefined
}

/**
 * Checks that a request says in one way which tasks it means.
 * @throws ApiError 400
 */
function checkChoice({ at, ids }: Choice): void {
  if (at === undefined && ids === undefined)
    throw invalid([{ path: '/at', message: 'is required, or ids', code: 'required' }])
  if (at !== undefined && ids !== undefined)
    throw invalid([{ path: '/ids', message: 'cannot stand beside at: give one of them' }])
}

/** Returns what logs why a request has changed a part of its tasks only. */
const logPart =
  (log: Log, { serviceId }: Caller) =>
  (err: unknown): void =>
    log.error({ err, service_id: serviceId }, 'only some of the tasks of a request were changed')

/**
 * Changes tasks, some at a time, until one statement fails or the time is over.
 * @param change changes tasks if they are still as they were read, and returns the ids of those that it changed
 * @param onError is told why the rest was not changed
 * @param until when no further statement begins, by performance.now(); the first one always does
 * @returns what was changed, and the rest as left out
 * @throws the error of the statement if nothing was changed before; a client that repeats a request must know what was
 */
export async function inBatches(
  planned: readonly ChangedTask[],
  change: (batch: readonly ChangedTask[]) => Promise<readonly string[]>,
  onError: (error: unknown) => void,
  until: number,
): Promise<{ changed: ChangedTask[]; leftOut: LeftOutRuns[] }> {
  const changed: ChangedTask[] = []
  const others: LeftOutRuns[] = []
  for (let from = 0; from < planned.length; from += batchTasks) {
    if (from > 0 && performance.now() > until) {
      others.push(...planned.slice(from).map(({ task }) => leftOut(task, 'no_time', noTime)))
      break
    }
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

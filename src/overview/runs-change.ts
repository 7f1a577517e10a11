import { invalid } from '../http/errors.ts'
import type { ChangedTask, Choice, ChosenTask } from './chosen.ts'
import type { LeftOutRuns } from './move-model.ts'

/** The most tasks that one statement changes. */
const batchTasks = 1_000

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

/**
 * Changes tasks, some at a time.
 * @param change changes those with these ids, as they were read, and returns the ids of those that it changed
 * @returns what was changed, and the rest as left out
 */
export async function inBatches(
  planned: readonly ChangedTask[],
  change: (ids: readonly string[], batch: readonly ChangedTask[]) => Promise<readonly string[]>,
): Promise<{ changed: ChangedTask[]; leftOut: LeftOutRuns[] }> {
  const done = new Set<string>()
  for (let from = 0; from < planned.length; from += batchTasks) {
    const batch = planned.slice(from, from + batchTasks)
    const ids = batch.map(({ task }) => task.id)
    for (const id of await change(ids, batch)) done.add(id)
  }
  const isDone = ({ task }: ChangedTask) => done.has(task.id)
  const others = planned.filter((one) => !isDone(one))
  return {
    changed: planned.filter(isDone),
    leftOut: others.map(({ task }) => leftOut(task, 'changed', 'It was changed or started just now: try again.')),
  }
}

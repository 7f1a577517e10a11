import type { CursorPage } from './alerts.ts'
import { asApiError, type Matching, query, runTask, type Status, send, type Task } from './api.ts'

/** The most tasks that one request changes or lists. */
const atOnce = 1000
/** Number of concurrent requests that run a task. */
const width = 4

/** A task that is named in a message. */
export type NamedTask = Pick<Task, 'id' | 'name'>

/** What was not done with a task, and why. */
export interface LeftOut {
  readonly id: string
  readonly name: string | null
  readonly message: string
}

/** The status that a task had before. */
export interface StatusBefore {
  readonly id: string
  readonly status: Status
  readonly paused_until: string | null
}

/** What was done with many tasks: a sentence, what was left out, and what is needed to undo it. */
export interface Report {
  readonly text: string
  readonly leftOut: readonly LeftOut[]
  /** How many were left out, if they are more than are named. */
  readonly left?: number
  readonly before: readonly StatusBefore[]
  /** Undoes it in another way than by `before`, and says what came of that. */
  readonly undo?: () => Promise<Report>
}

/** What became of a change of many tasks. */
export interface Changed {
  readonly updated: number
  readonly changed: readonly StatusBefore[]
  readonly left_out: readonly LeftOut[]
}

/** Reads the ids and names of all tasks that match. */
export async function readMatching(matching: Matching): Promise<readonly NamedTask[]> {
  const found: NamedTask[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const path: string = `/tasks?${query({ ...matching, cursor, fields: 'id,name', limit: atOnce })}`
    const page: CursorPage<NamedTask> = (await send<CursorPage<NamedTask>>('GET', path)).body
    found.push(...page.records)
    cursor = page.next_cursor
  }
  return found
}

/**
 * Sets the status of many tasks, and leaves out those that cannot have it.
 * @param until when a pause ends; null for no end
 */
export async function changeMany(ids: readonly string[], status: Status, until: string | null): Promise<Changed> {
  const sum = { updated: 0, changed: [] as StatusBefore[], left_out: [] as LeftOut[] }
  for (let from = 0; from < ids.length; from += atOnce) {
    const body = { ids: ids.slice(from, from + atOnce), status, leave_out: true, ...(until === null ? {} : { until }) }
    const { body: answer } = await send<Changed>('POST', '/tasks/status', { body })
    sum.updated += answer.updated
    sum.changed.push(...answer.changed)
    sum.left_out.push(...answer.left_out)
  }
  return sum
}

/** Gives tasks the status back that they had. @returns how many have it again */
export async function undoChange(before: readonly StatusBefore[]): Promise<number> {
  let undone = 0
  const groups = Map.groupBy(before, ({ status, paused_until }) => `${status} ${paused_until}`)
  for (const group of groups.values()) {
    const [{ status, paused_until } = { status: 'active' as const, paused_until: null }] = group
    const ids = group.map(({ id }) => id)
    undone += (await changeMany(ids, status, paused_until)).updated
  }
  return undone
}

/**
 * Runs many tasks now.
 * @param onEach called with each task, and why it was not run
 * @param signal stops before the next task
 * @returns how many runs were asked for, and which were not
 */
export async function runMany(
  tasks: readonly NamedTask[],
  onEach?: (task: NamedTask, message?: string) => void,
  signal?: AbortSignal,
): Promise<Pick<Changed, 'updated' | 'left_out'>> {
  const waiting = [...tasks]
  const left_out: LeftOut[] = []
  const work = async () => {
    for (let task = waiting.shift(); task && !signal?.aborted; task = waiting.shift())
      try {
        await runTask(task.id)
        onEach?.(task)
      } catch (error) {
        const { message } = asApiError(error)
        left_out.push({ ...task, message })
        onEach?.(task, message)
      }
  }
  await Promise.all(Array.from({ length: width }, work))
  return { updated: tasks.length - left_out.length, left_out }
}

import type { CursorPage } from './alerts.ts'
import { asApiError, type Matching, query, runTask, type Status, send, type Task } from './api.ts'
import { inParallel } from './in-parallel.ts'

/** The most tasks that one request changes or lists. */
const atOnce = 1000

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

/** What came of something that was done with many tasks. */
export interface Done {
  readonly updated: number
  readonly left_out: readonly LeftOut[]
  /** How many were left out, if they are more than are named. */
  readonly left?: number
}

/** What was done with many tasks: a sentence, what was left out, and what undoes it, if that can be. */
export interface Report extends Omit<Done, 'updated'> {
  readonly text: string
  readonly undo?: (() => Promise<Done>) | undefined
}

/** What became of a change of many tasks. */
export interface Changed extends Done {
  readonly changed: readonly StatusBefore[]
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

/** Gives tasks the status back that they had. */
export async function undoChange(before: readonly StatusBefore[]): Promise<Done> {
  const sum = { updated: 0, left_out: [] as LeftOut[] }
  const groups = Map.groupBy(before, ({ status, paused_until }) => `${status} ${paused_until}`)
  for (const group of groups.values()) {
    const [{ status, paused_until } = { status: 'active' as const, paused_until: null }] = group
    const ids = group.map(({ id }) => id)
    const { updated, left_out } = await changeMany(ids, status, paused_until)
    sum.updated += updated
    sum.left_out.push(...left_out)
  }
  return sum
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
): Promise<Done> {
  const sum = { updated: 0, left_out: [] as LeftOut[] }
  const run = async (task: NamedTask) => {
    try {
      await runTask(task.id)
      sum.updated++
      onEach?.(task)
    } catch (error) {
      const { message } = asApiError(error)
      sum.left_out.push({ ...task, message })
      onEach?.(task, message)
    }
  }
  await inParallel(tasks, run, signal)
  return sum
}

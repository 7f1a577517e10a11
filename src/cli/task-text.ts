import { inWords } from '../schedule/words.ts'
import type { Task } from '../tasks/model.ts'
import { printable } from './printable.ts'

/** Returns the schedule of a task in words. A cron pattern that this version cannot parse is returned unchanged. */
export function scheduleOf(task: Task): string {
  try {
    return printable(inWords(task))
  } catch {
    return printable(`cron ${task.cron} ${task.time_zone ?? 'UTC'}`)
  }
}

/** Returns the next run of a task, to the second; `-` when it has none or is not active. */
export function nextRunOf({ status, starts_at }: Task): string {
  if (status !== 'active' || starts_at === null) return '-'
  return printable(starts_at.replace(/\.\d+(?=Z$)/, ''))
}

/** Returns "1 task" or, for example, "3 tasks". */
export const taskCount = (count: number) => `${count} ${count === 1 ? 'task' : 'tasks'}`

/** Returns a sentence about a task: its id, name, schedule and next run. */
export function inOneLine(task: Task): string {
  const next = nextRunOf(task)
  const when = next === '-' ? `${task.status}, so it does not run` : `next at ${next}`
  return `${printable(task.id)}: ${printable(task.name)}, ${scheduleOf(task)}, ${printable(when)}.`
}

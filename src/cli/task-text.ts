import { inWords } from '../schedule/words.ts'
import type { Task } from '../tasks/model.ts'
import { printable } from './printable.ts'

/** When a task runs, in words; a schedule that this version cannot read stands as the service gave it. */
export function scheduleOf(task: Task): string {
  try {
    return printable(inWords(task))
  } catch {
    return printable(`cron ${task.cron} ${task.time_zone ?? 'UTC'}`)
  }
}

/** When an active task runs next, to the second; `-` for one that does not. */
export function nextRunOf({ status, scheduled_at }: Task): string {
  if (status !== 'active' || scheduled_at === null) return '-'
  return printable(scheduled_at.replace(/\.\d+(?=Z$)/, ''))
}

/** `1 task`, `3 tasks`. */
export const counted = (count: number) => `${count} ${count === 1 ? 'task' : 'tasks'}`

import { runTask, type Task } from '../client/api.ts'
import { complain, say } from '../parts/toast.tsx'

/**
 * Runs a task that was just saved, and says what came of it. Never throws: what was saved stays saved, and a form that
 * said otherwise would save it twice.
 */
export async function runSaved(task: Task, saved: string): Promise<void> {
  try {
    await runTask(task.id)
    say(`${saved} It runs now.`)
  } catch (error) {
    complain(`${saved} It was not run:`, error)
  }
}

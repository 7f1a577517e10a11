import { runTask, type Task } from '../client/api.ts'
import { showErrorToast, showToast } from '../parts/toast.tsx'

/**
 * Runs a task that was just saved, and says what came of it. Never throws: what was saved stays saved, and a form that
 * said otherwise would save it twice.
 */
export async function runSaved(task: Task, saved: string): Promise<void> {
  try {
    await runTask(task.id)
    showToast(`${saved} It runs now.`)
  } catch (error) {
    showErrorToast(`${saved} It was not run:`, error)
  }
}

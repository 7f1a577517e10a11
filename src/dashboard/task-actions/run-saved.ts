import { asApiError, runTask, type Task } from '../client/api.ts'
import { showErrorToast, showToast } from '../parts/toast.tsx'

/**
 * Runs a task that was just saved, and shows a message about both. Never throws: if it did, the form would report the
 * task as not saved, and the reader would save it twice.
 */
export async function runSaved(task: Task, saved: string): Promise<void> {
  try {
    await runTask(task.id)
    showToast(`${saved} It runs now.`)
  } catch (error) {
    const { isInDoubt, message } = asApiError(error)
    showErrorToast(isInDoubt ? `${saved} ${message}` : `${saved} It was not run: ${message}`)
  }
}

import { useState } from 'preact/hooks'
import { changeTask, type Execution, runTask, type Status, type Task } from '../client/api.ts'
import { showErrorToast, showToast } from '../parts/toast.tsx'

/** Actions on one task. */
interface TaskActions {
  /** Whether one of them is running. */
  readonly busy: boolean
  setStatus(status: Status): void
  runNow(): void
}

const done: Readonly<Record<Status, (name: string) => string>> = {
  active: (name) => `“${name}” is active again.`,
  paused: (name) => `Paused “${name}”.`,
  disabled: (name) => `Disabled “${name}”.`,
}

/**
 * Returns the actions of a task. Each shows a message when it has succeeded or failed.
 * @param onChange called after each success; gets the new execution after a run
 */
export function useTaskActions(task: Task, onChange: (execution?: Execution) => void): TaskActions {
  const [busy, setBusy] = useState(false)
  const act = async (failure: string, work: () => Promise<void>) => {
    setBusy(true)
    try {
      await work()
    } catch (error) {
      showErrorToast(failure, error)
    }
    setBusy(false)
  }
  return {
    busy,
    setStatus: (status) =>
      act(`“${task.name}” was not changed.`, async () => {
        await changeTask(task.id, { status })
        showToast(done[status](task.name))
        onChange()
      }),
    runNow: () =>
      act(`“${task.name}” was not run.`, async () => {
        const execution = await runTask(task.id)
        const isOver = execution.status !== 'queued' && execution.status !== 'started'
        // The answer to a repeated request is the run that the first one made.
        showToast(isOver ? `“${task.name}” had run already, by your first press.` : `“${task.name}” is to run now.`)
        onChange(execution)
      }),
  }
}

/** Why a task is not run now while a run of it goes on: no two run at once. */
export const whyNotAgain = 'It can be run again when what runs or waits now has ended.'

/** Label and target status of the button that pauses or resumes a task; undefined for a run-once task that has run. */
export function statusToggle({ status, scheduled_at }: Task): { verb: string; to: Status } | undefined {
  if (status === 'active') return { verb: 'Pause', to: 'paused' }
  if (scheduled_at === null) return undefined
  return { verb: status === 'paused' ? 'Resume' : 'Enable', to: 'active' }
}

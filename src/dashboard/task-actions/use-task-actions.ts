import { useState } from 'preact/hooks'
import { changeTask, type Execution, runTask, type Status, type Task } from '../client/api.ts'
import { showErrorToast, showToast } from '../parts/toast.tsx'

/** What can be done with one task, from wherever it is shown. */
export interface TaskActions {
  /** One of them is under way. */
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
 * The actions of a task, each told in the corner of the page when it is done or refused.
 * @param onChange reads anew what is shown; after a run now it gets the execution
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
        showToast(`“${task.name}” is to run now.`)
        onChange(execution)
      }),
  }
}

/** The verb and the status of the button that pauses an active task and brings any other back; undefined for one that is over. */
export function statusToggle({ status, scheduled_at }: Task): { verb: string; to: Status } | undefined {
  if (status === 'active') return { verb: 'Pause', to: 'paused' }
  if (scheduled_at === null) return undefined
  return { verb: status === 'paused' ? 'Resume' : 'Enable', to: 'active' }
}

import { useState } from 'preact/hooks'
import { changeTask, type Task } from '../api.ts'
import { complain, say } from './notice.tsx'

/** Pauses an active task, and makes any other active again. Nothing for a run-once task that is over. */
export function PauseButton({ task, onDone }: { task: Task; onDone: () => void }) {
  const [busy, setBusy] = useState(false)
  const pausing = task.status === 'active'
  if (!pausing && task.scheduled_at === null) return null

  const change = async () => {
    setBusy(true)
    try {
      await changeTask(task.id, { status: pausing ? 'paused' : 'active' })
      say(pausing ? `Paused “${task.name}”.` : `“${task.name}” is active again.`)
      onDone()
    } catch (error) {
      complain(`“${task.name}” was not changed.`, error)
    }
    setBusy(false)
  }

  const verb = pausing ? 'Pause' : task.status === 'paused' ? 'Resume' : 'Enable'
  return (
    <button type="button" disabled={busy} aria-label={`${verb} ${task.name}`} onClick={change}>
      {verb}
    </button>
  )
}

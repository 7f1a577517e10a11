import { useState } from 'preact/hooks'
import type { OpenAlert, Task } from '../client/api.ts'
import { AlertMark } from '../parts/alert-mark.tsx'
import { later } from '../parts/later.tsx'

const TaskPolicy = later(
  async () => (await import('../alert-policies/task-policy.tsx')).TaskPolicy,
  () => <p class="quiet">Loading…</p>,
)

/** The open alerts of a task, muted ones too; renders nothing if it has none. */
export function TaskMarks({ id, alerts }: { id: string; alerts: readonly OpenAlert[] }) {
  if (alerts.length === 0) return null
  return (
    <p class="alert-marks">
      {alerts.map((alert) => (
        <AlertMark key={alert.id} taskId={id} alert={alert} />
      ))}
    </p>
  )
}

/** The alert policy of a task, loaded when the reader opens the section. */
export function TaskPolicySection({ task }: { task: Task }) {
  const [open, setOpen] = useState(false)
  return (
    <section aria-labelledby="alert-policy">
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary class="section-summary">
          <h2 id="alert-policy">Alert policy</h2>
        </summary>
        {open && <TaskPolicy task={task} />}
      </details>
    </section>
  )
}

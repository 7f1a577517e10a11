import { useState } from 'preact/hooks'
import { listAlerts } from '../client/alerts.ts'
import type { Task } from '../client/api.ts'
import { usePolling } from '../client/use-polling.ts'
import { AlertMark } from '../parts/alert-mark.tsx'
import { later } from '../parts/later.tsx'

const pollSeconds = 5
/** A task has at most one open alert of a kind. */
const limit = 10

const TaskPolicy = later(
  async () => (await import('../alert-policies/task-policy.tsx')).TaskPolicy,
  () => <p class="quiet">Loading…</p>,
)

/** The open alerts of a task, muted ones too; renders nothing if it has none. */
export function TaskMarks({ id }: { id: string }) {
  const { data } = usePolling(
    async (signal) => {
      const read = (state: string) => listAlerts({ state, kind: '', task_id: id, cursor: '', limit }, signal)
      const pages = await Promise.all(['open', 'muted'].map(read))
      return pages.flatMap(({ records }) => records)
    },
    `alerts ${id}`,
    pollSeconds,
  )
  const alerts = (data ?? []).flatMap(({ kind, ...alert }) =>
    kind === 'outage' || kind === 'channel' ? [] : { ...alert, kind },
  )
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

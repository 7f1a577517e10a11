import type { RunsChanged } from '../client/overview.ts'
import { counted } from '../format/labels.ts'

/** Says which tasks are left out of a change that is planned, and why. */
export function LeftOutRuns({ plan, verb }: { plan: RunsChanged; verb: string }) {
  const { left, left_out } = plan
  if (left === 0) return <p>All of these tasks are {verb}.</p>
  return (
    <details>
      <summary>{counted(left, 'task is', 'tasks are')} left out: which, and why</summary>
      <ul>
        {left_out.map(({ id, name, message }) => (
          <li key={id}>
            <strong>{name ?? id}</strong>: {message}
          </li>
        ))}
        {left > left_out.length && <li>and {counted(left - left_out.length, 'task')} more</li>}
      </ul>
    </details>
  )
}

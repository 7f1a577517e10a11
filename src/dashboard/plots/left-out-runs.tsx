import type { RunsChanged } from '../client/overview.ts'
import { counted } from '../format/labels.ts'
import { LeftOutList } from '../parts/left-out-list.tsx'

/** Says which tasks are left out of a change that is planned, and why. */
export function LeftOutRuns({ plan, verb }: { plan: RunsChanged; verb: string }) {
  const { left, left_out } = plan
  if (left === 0) return <p>All of these tasks are {verb}.</p>
  return (
    <details>
      <summary>{counted(left, 'task is', 'tasks are')} left out: which, and why</summary>
      <LeftOutList tasks={left_out} left={left} />
    </details>
  )
}

import { useState } from 'preact/hooks'
import { type FailingPart, type Overview, readFailingGroup } from '../client/overview.ts'
import { failedSoRoute, hrefOf } from '../client/route.ts'
import { usePolling } from '../client/use-polling.ts'
import { counted } from '../format/labels.ts'
import { FailingTask, Moment } from './failing-task.tsx'

/** A group of failing tasks, as the API returns it. */
export type Group = Overview['failing_groups'][FailingPart]['listed'][number]

/** How many tasks of a group are shown at first, how many more each time, and the most that the API returns at once. */
const [shownAtFirst, more, atMost] = [20, 100, 1000]
const pollSeconds = 5

/** Failing tasks with the same error at the same host on one line, which opens to them. */
export function FailingGroup({ part, group }: { part: FailingPart; group: Group }) {
  const [isOpen, setOpen] = useState(false)
  const { error, target, tasks, since, newest } = group
  return (
    <li class="failing-group">
      <details open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
            <path d="M4 1.5l5 4.5-5 4.5z" />
          </svg>
          <span class="what">
            <span class="reason" title={error ?? undefined}>
              {error ?? 'No reason was given'}
            </span>{' '}
            at {target}: <strong>{counted(tasks, 'task')}</strong>
          </span>
          <span class="since">
            Since <Moment at={since} />. Last: {newest.name}, <Moment at={newest.since} />
          </span>
        </summary>
        {isOpen && <Tasks part={part} group={group} />}
      </details>
    </li>
  )
}

function Tasks({ part, group: { group, tasks, error, target } }: { part: FailingPart; group: Group }) {
  const [size, setSize] = useState(shownAtFirst)
  const { data, problem } = usePolling(
    (signal) => readFailingGroup(part, group, size, signal),
    `${part} ${group} ${size}`,
    pollSeconds,
  )
  if (!data) return <p class="quiet">{problem ? problem.message : 'Loading…'}</p>
  const left = Math.min(data.total_count, atMost) - data.records.length
  return (
    <>
      <p>
        <a href={hrefOf(failedSoRoute(error, target))}>Show the runs that failed so</a>
      </p>
      <ul>
        {data.records.map((task) => (
          <FailingTask key={task.task_id} task={task} withError={false} />
        ))}
      </ul>
      {left > 0 && (
        <button type="button" onClick={() => setSize(Math.min(atMost, size + more))}>
          Show {Math.min(left, more)} more of {counted(tasks, 'task')}
        </button>
      )}
    </>
  )
}

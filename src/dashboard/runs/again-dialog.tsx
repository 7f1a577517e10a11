import { useRef, useState } from 'preact/hooks'
import { runMany } from '../client/bulk.ts'
import { hrefOf, taskRoute } from '../client/route.ts'
import type { Run } from '../client/runs.ts'
import { counted } from '../format/labels.ts'
import { useModal } from '../parts/use-modal.ts'

/** What came of one task: null for a run that was started, else why it was not. */
type Outcomes = ReadonlyMap<string, string | null>

interface AgainProps {
  readonly runs: readonly Run[]
  onClose(): void
}

/** Says which tasks would be run, and runs each of them once. What cannot be run is left out, and named with the reason. */
export function AgainDialog({ runs, onClose }: AgainProps) {
  const dialog = useModal()
  // What is shown now: the list behind the dialog may change.
  const [tasks] = useState(() => new Map(runs.map(({ task_id, task_name }) => [task_id, task_name])))
  const [outcomes, setOutcomes] = useState<Outcomes>()
  const [isRunning, setRunning] = useState(false)
  const stopping = useRef(new AbortController())
  const run = async () => {
    setRunning(true)
    const wanted = [...tasks].filter(([id]) => outcomes?.get(id) !== null).map(([id, name]) => ({ id, name }))
    const note = ({ id }: { id: string }, message: string | null = null) =>
      setOutcomes((last) => new Map(last).set(id, message))
    await runMany(wanted, note, stopping.current.signal)
    setRunning(false)
  }
  const started = [...(outcomes?.values() ?? [])].filter((reason) => reason === null).length
  const isDone = outcomes !== undefined && !isRunning
  const left = [...(outcomes ?? [])].filter(([, reason]) => reason !== null)
  return (
    <dialog
      ref={dialog}
      aria-labelledby="again-title"
      onClose={() => {
        stopping.current.abort()
        onClose()
      }}
    >
      <h2 id="again-title">Run {counted(tasks.size, 'task')} again</h2>
      <p role="status">
        {outcomes === undefined
          ? `${runs.length === 1 ? 'This run is' : `The ${counted(runs.length, 'run')} on this page are`} of ${tasks.size === 1 ? 'this task' : 'these tasks'}. Each task is called once, now; schedules stay as they are.`
          : `${counted(started, 'run')} started.${left.length > 0 ? ` Left out: ${left.length}.` : ''}`}
      </p>
      <ul class="again-tasks">
        {(isDone ? left.map(([id]) => id) : [...tasks.keys()]).map((id) => (
          <li key={id}>
            <a href={hrefOf(taskRoute(id))} target="_blank" rel="noreferrer">
              {tasks.get(id)}
            </a>
            {outcomes?.has(id) && <span class="quiet"> {outcomes.get(id) ?? 'started'}</span>}
          </li>
        ))}
      </ul>
      <div class="actions">
        <button type="button" onClick={() => dialog.current?.close()}>
          {isDone ? 'Close' : 'Cancel'}
        </button>
        {(!isDone || left.length > 0) && (
          <button type="button" class="main" aria-disabled={isRunning || undefined} onClick={() => !isRunning && run()}>
            {isDone ? `Try ${counted(left.length, 'task')} again` : `Run ${counted(tasks.size, 'task')} now`}
          </button>
        )}
      </div>
    </dialog>
  )
}

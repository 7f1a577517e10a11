import { useState } from 'preact/hooks'
import { Once } from '../client/once.ts'
import { hrefOf, taskRoute } from '../client/route.ts'
import { type RanAgain, type RunFilter, runAgain } from '../client/runs.ts'
import { usePolling } from '../client/use-polling.ts'
import { count as countOf } from '../format/format-time.ts'
import { counted } from '../format/labels.ts'
import { ActButton } from '../parts/act-button.tsx'
import { Banner } from '../parts/banner.tsx'
import { OfService } from '../parts/of-service.tsx'
import { useModal } from '../parts/use-modal.ts'
import { useSave } from '../parts/use-save.ts'

interface AgainAllProps {
  readonly filter: RunFilter & { readonly status: string }
  onClose(): void
}

/**
 * Says which tasks would be run of all runs that match, and runs each of them once. What cannot be run is left out, and named with why.
 * Of failures only the tasks that are failing still are run, unless the reader says otherwise: a success is not to be done twice.
 */
export function AgainAllDialog({ filter: latest, onClose }: AgainAllProps) {
  // What is shown now: the list behind the dialog may change.
  const [filter] = useState(latest)
  const [once] = useState(() => new Once())
  const [done, setDone] = useState<RanAgain>()
  const dialog = useModal()
  const [isOnlyFailing, setOnlyFailing] = useState(filter.status === 'failed')
  // Both, for their counts; another choice then shows at once what it leads to.
  const { data: plans, problem: unknown } = usePolling((signal) => {
    const planOf = (only_failing: boolean) => runAgain({ ...filter, only_failing }, undefined, signal)
    return Promise.all([planOf(true), planOf(false)])
  }, 'plan')
  const plan = plans?.[isOnlyFailing ? 0 : 1]
  const { busy, problem, save } = useSave({})
  const run = () =>
    save(async () => {
      // By the time of the plan nothing is run that it does not name.
      if (!plan) return
      const request = { ...filter, only_failing: isOnlyFailing, to: plan.to }
      setDone(await once.do((key) => runAgain(request, key)))
    })
  const refused = problem ?? (plan ? undefined : unknown)
  const count = plan?.tasks.length ?? 0
  const left = (done ?? plan)?.left_out ?? []
  return (
    <dialog ref={dialog} aria-labelledby="again-title" onClose={onClose}>
      <h2 id="again-title">Run these again</h2>
      <OfService />
      {refused && <Banner bad>{refused.message}</Banner>}
      <div role="status">
        {done && <p>{counted(done.tasks.length, 'run')} started.</p>}
        {!done && plan && (
          <>
            <p>
              Matching the filter: {counted(plan.executions, 'attempt')} of {counted(count + left.length, 'task')}, not
              only those on this page.
            </p>
            {count > 0 && <p>Each task is called once, now; schedules stay as they are. This cannot be undone.</p>}
          </>
        )}
        {!done && !plan && !refused && <p class="quiet">Counting…</p>}
      </div>
      {!done && plans && (
        <label class="check">
          <input
            type="checkbox"
            checked={isOnlyFailing}
            // A request without an answer may have been done: only the same one is safe to repeat.
            disabled={busy || once.isInDoubt}
            onChange={(event) => setOnlyFailing(event.currentTarget.checked)}
          />
          <span>Only tasks that are failing now: {plans.map(({ tasks }) => countOf(tasks.length)).join(' of ')}</span>
        </label>
      )}
      {!done && plan && count > 0 && (
        <ul class="again-tasks">
          {plan.tasks.map(({ task_id, task_name, task_status, executions }) => (
            <li key={task_id}>
              <TaskLink id={task_id} name={task_name} />{' '}
              <span class="quiet">
                {counted(executions, 'attempt')}
                {task_status !== 'active' && `, ${task_status}`}
              </span>
            </li>
          ))}
        </ul>
      )}
      {left.length > 0 && (
        <>
          <h3>Left out: {left.length}</h3>
          <ul class="again-tasks">
            {left.map(({ task_id, task_name, message }) => (
              <li key={task_id}>
                <TaskLink id={task_id} name={task_name} /> <span class="quiet">{message}</span>
              </li>
            ))}
          </ul>
        </>
      )}
      <div class="actions">
        <button type="button" onClick={() => dialog.current?.close()}>
          {done ? 'Close' : 'Cancel'}
        </button>
        {!done && (
          <ActButton class="main" busy={busy || count === 0} onAct={run}>
            {plan ? `Run ${counted(count, 'task')} now` : 'Run now'}
          </ActButton>
        )}
      </div>
    </dialog>
  )
}

function TaskLink({ id, name }: { id: string; name: string | null }) {
  return (
    <a href={hrefOf(taskRoute(id))} target="_blank" rel="noreferrer">
      {name ?? id}
    </a>
  )
}

import type { Execution, Task } from '../client/api.ts'
import { ActButton } from '../parts/act-button.tsx'
import { Time } from '../parts/time.tsx'
import { useTaskActions, whyNotAgain } from '../task-actions/use-task-actions.ts'
import { ExecutionRequest } from './request.tsx'
import { ExecutionResponse } from './response.tsx'
import { missedLabel } from './row.tsx'
import { Timings } from './timings.tsx'
import { Trace } from './trace.tsx'

interface DetailsProps {
  readonly execution: Execution
  readonly task: Task
  /** Whether an execution of the task runs or waits: it is not run again before that one has ended. */
  readonly isOpen: boolean
  onRun(execution?: Execution): void
}

/** Details of an execution: times, ids, request, response, and a button to run the task again. */
export function ExecutionDetails({ execution, task, isOpen, onRun }: DetailsProps) {
  const { started_at, slot_id, id } = execution
  const { busy, runNow } = useTaskActions(task, onRun)
  const missed = missedLabel(execution)
  return (
    <div class="opened">
      <dl class="facts">
        <div class="fact">
          <dt>Due</dt>
          <dd>
            <Time at={execution.scheduled_for} />
          </dd>
        </div>
        <div class="fact">
          <dt>Sent</dt>
          <dd>{started_at === null ? 'not sent' : <Time at={started_at} />}</dd>
        </div>
        <div class="fact">
          <dt>Attempt</dt>
          <dd>{execution.attempt}</dd>
        </div>
        <Timings execution={execution} />
        {missed && (
          <div class="fact">
            <dt>Missed</dt>
            <dd>{missed} This one ran late for all of them.</dd>
          </div>
        )}
        <div class="fact">
          <dt>Execution</dt>
          <dd class="code">{id}</dd>
        </div>
        <div class="fact">
          <dt>Idempotency-Key</dt>
          <dd class="code">{slot_id}</dd>
        </div>
        {started_at !== null && <Trace execution={execution} />}
      </dl>
      {isOpen ? (
        <p class="quiet">{whyNotAgain}</p>
      ) : (
        <div class="actions">
          <ActButton busy={busy} onAct={runNow}>
            Run again
          </ActButton>
        </div>
      )}
      <ExecutionResponse execution={execution} />
      {execution.status !== 'skipped' && <ExecutionRequest execution={execution} task={task} />}
    </div>
  )
}

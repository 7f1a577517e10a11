import { byWhom } from '../changes/labels.ts'
import type { Execution, Task } from '../client/api.ts'
import { type ExecutionRead, isByHand } from '../client/executions.ts'
import { tokenMay } from '../client/rights.ts'
import { ActButton } from '../parts/act-button.tsx'
import { Fact } from '../parts/fact.tsx'
import { Time } from '../parts/time.tsx'
import { useTaskActions, whyNotAgain } from '../task-actions/use-task-actions.ts'
import { ExecutionRequest } from './request.tsx'
import { ExecutionResponse } from './response.tsx'
import { missedLabel } from './row.tsx'
import { Timings } from './timings.tsx'
import { Trace } from './trace.tsx'

interface DetailsProps {
  readonly execution: ExecutionRead
  readonly task: Task
  /** Whether an execution of the task runs or waits: it is not run again before that one has ended. */
  readonly isOpen: boolean
  onRun(execution?: Execution): void
}

/** Details of an execution: times, ids, request, response, and a button to run the task again. */
export function ExecutionDetails({ execution, task, isOpen, onRun }: DetailsProps) {
  const { started_at, slot_id, id, asked_by } = execution
  const { busy, runNow } = useTaskActions(task, onRun)
  const missed = missedLabel(execution)
  return (
    <div class="opened">
      <dl class="facts">
        {asked_by || isByHand(execution) ? (
          <Fact name="Asked for">
            <Time at={execution.scheduled_for} /> by hand{asked_by && `, by ${byWhom(asked_by)}`}
          </Fact>
        ) : (
          <Fact name="Due">
            <Time at={execution.scheduled_for} />
          </Fact>
        )}
        <Fact name="Sent">{started_at === null ? 'not sent' : <Time at={started_at} />}</Fact>
        <Fact name="Attempt">{execution.attempt}</Fact>
        <Timings execution={execution} />
        {missed && <Fact name="Missed">{missed} This one ran late for all of them.</Fact>}
        <Fact name="Execution" class="code">
          {id}
        </Fact>
        <Fact name="Idempotency-Key" class="code">
          {slot_id}
        </Fact>
        {started_at !== null && <Trace execution={execution} />}
      </dl>
      {tokenMay('run') &&
        (isOpen ? (
          <p class="quiet">{whyNotAgain}</p>
        ) : (
          <div class="actions">
            <ActButton busy={busy} onAct={runNow}>
              Run again
            </ActButton>
          </div>
        ))}
      <ExecutionResponse execution={execution} />
      {execution.status !== 'skipped' && <ExecutionRequest execution={execution} task={task} />}
    </div>
  )
}

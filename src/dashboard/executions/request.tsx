import { mask } from '../../formats/secret-mask.ts'
import { sendsBody } from '../../task-fields/methods.ts'
import type { Execution, Task } from '../client/api.ts'
import { LongText } from '../parts/long-text.tsx'

/** The request of an execution. Requests are not stored: this one is made from the current task, and says so. */
export function ExecutionRequest({ execution, task }: { execution: Execution; task: Task }) {
  const sent = execution.started_at !== null
  const changed = sent && Date.parse(task.updated_at) > Date.parse(execution.started_at ?? '')
  return (
    <>
      <h3>Request</h3>
      <p class={changed ? 'warning' : 'hint'}>
        {sent ? 'From the task as it is now' : 'As it will be sent, from the task as it is now'}
        {changed ? '. The task was changed after this was sent: what was sent may have been another.' : '.'}
      </p>
      <LongText text={requestText(execution, task)} />
      {(task.secret_url || Object.values(task.header).includes(mask)) && (
        <p class="hint">
          <code>{mask}</code> stands for a value that is kept encrypted and not shown; the target gets the value itself.
        </p>
      )}
      {task.payload !== null && !sendsBody(task.method) && (
        <p class="hint">The payload of the task is not sent: a {task.method} carries no body.</p>
      )}
    </>
  )
}

function requestText(execution: Execution, task: Task): string {
  const headers = headersOf(execution, task).map(([name, value]) => `${name}: ${value}`)
  const body = task.payload !== null && sendsBody(task.method) ? ['', task.payload] : []
  return [`${task.method} ${task.url}`, ...headers, ...body].join('\n')
}

/** The headers sent. Those of the task override Duly's. */
function headersOf(execution: Execution, task: Task): [string, string][] {
  const own = Object.entries(task.header)
  const names = new Set(own.map(([name]) => name.toLowerCase()))
  const added: [string, string][] = [
    ['Idempotency-Key', execution.slot_id],
    ['Duly-Task-Id', execution.task_id],
    ['Duly-Execution-Id', execution.id],
    ['Duly-Scheduled-For', execution.scheduled_for],
    ['Duly-Attempt', String(execution.attempt)],
  ]
  return [...own, ...added.filter(([name]) => !names.has(name.toLowerCase()))]
}

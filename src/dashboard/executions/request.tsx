import { mask } from '../../formats/secret-mask.ts'
import { sendsBody } from '../../task-fields/methods.ts'
import { byWhom } from '../changes/labels.ts'
import type { Execution, Task } from '../client/api.ts'
import type { ExecutionRead } from '../client/executions.ts'
import { LongText } from '../parts/long-text.tsx'
import { Time } from '../parts/time.tsx'

/**
 * The request of an execution. Requests are not stored: this one is made from the current task, with what was changed since as it was
 * before, and says so.
 */
export function ExecutionRequest({ execution, task: now }: { execution: ExecutionRead; task: Task }) {
  const before = execution.request_changed?.before ?? {}
  const task: Task = { ...now, ...before }
  // What else was changed is not part of the text below.
  const others = Object.entries(before).filter(([name]) => ['host', 'tls_profile', 'expect'].includes(name))
  return (
    <>
      <h3>Request</h3>
      <Origin execution={execution} />
      <LongText text={requestText(execution, task)} />
      {others.map(([name, value]) => (
        <p key={name} class="hint">
          <code>{name}</code> was <code>{typeof value === 'string' ? value : JSON.stringify(value)}</code>.
        </p>
      ))}
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

/** Says from what the request is made: what was sent, what will be, or, if it cannot be told, what would be now. */
function Origin({ execution }: { execution: ExecutionRead }) {
  const { started_at, request_changed: changed, request_known } = execution
  if (started_at === null) return <p class="hint">As it will be sent, from the task as it is now.</p>
  if (!request_known)
    return (
      <p class="warning">
        From the task as it is now. The task was changed after this was sent, and changes of that time are no longer
        kept: what was sent may have been another.
      </p>
    )
  if (changed === null) return <p class="hint">As it was sent: the task sends the same since.</p>
  const { at, secrets } = changed
  return (
    <p class="warning">
      The task was changed at <Time at={at} /> by {byWhom(changed)}; this is what was sent.
      {secrets.length > 0 && ` Secret values were set since: ${secrets.join(', ')}.`}
    </p>
  )
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

import type { ComponentChildren } from 'preact'
import type { Change } from '../client/api.ts'
import { hrefOf, runRoute } from '../client/route.ts'
import { counted } from '../format/labels.ts'
import { Fact } from '../parts/fact.tsx'
import { Time } from '../parts/time.tsx'
import { type ChangedField, changedFields } from './changed-fields.ts'
import { actionLabel, actorLabel } from './labels.ts'

interface TableProps {
  readonly label: string
  readonly changes: readonly Change[]
  readonly busy: boolean
  /** Whether the task is no more, so that its runs cannot be shown. */
  readonly isGone?: boolean
  /** Renders the subject of a change, if the table is about more than one task. */
  subject?(change: Change): ComponentChildren
}

/** A table of audit entries, newest first: when, who, what. */
export function ChangeTable({ label, changes, busy, isGone = false, subject }: TableProps) {
  return (
    <table class="rows changes" aria-label={label} aria-busy={busy}>
      <thead>
        <tr>
          <th scope="col">When</th>
          <th scope="col">Who</th>
          <th scope="col">What</th>
        </tr>
      </thead>
      <tbody>
        {changes.map((change) => (
          <tr key={change.id}>
            <td>
              <Time at={change.at} />
            </td>
            <td>
              <Who change={change} />
            </td>
            <td>
              <p>
                {actionLabel(change)} {subject?.(change)}
                {!isGone && <Run change={change} />}
              </p>
              {!isOfRun(change) && <What change={change} isGone={isGone} />}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** Whether a change is about one run, which says all of it. */
const isOfRun = ({ action }: Change) => action === 'task_run' || action === 'execution_stopped'

/** Of a change that is about a run, a link to the run. */
function Run({ change }: { change: Change }) {
  const { task_id, after } = change
  const id = after?.execution_id
  if (!isOfRun(change) || task_id === null || typeof id !== 'string') return null
  return (
    <>
      {' '}
      <a href={hrefOf(runRoute(task_id, id))}>
        show the run<span class="unseen"> {id}</span>
      </a>
    </>
  )
}

function Who({ change }: { change: Change }) {
  const { user_agent, request_id } = change
  return (
    <>
      <span title={request_id === null ? undefined : `Request ${request_id}`}>{actorLabel(change)}</span>
      {user_agent && (
        <span class="hint one-line" title={user_agent}>
          {user_agent}
        </span>
      )}
    </>
  )
}

/** So many fields of what was created or deleted are shown at once. */
const shownAtOnce = 3

/** The fields that changed. Those of what was created or deleted are folded, but for the last ones of a task that is gone. */
function What({ change, isGone }: { change: Change; isGone: boolean }) {
  const lines = changedFields(change)
  if (lines.length === 0) return null
  const isWhole = change.before === null || (change.after === null && !isGone)
  if (!isWhole || lines.length <= shownAtOnce) return <Lines lines={lines} />
  return (
    <details>
      <summary>Its {counted(lines.length, 'field')}</summary>
      <Lines lines={lines} />
    </details>
  )
}

function Lines({ lines }: { lines: readonly ChangedField[] }) {
  return (
    <dl class="facts">
      {lines.map((line) => (
        <Fact key={line.label} name={line.label}>
          {line.words ?? <Values line={line} />}
        </Fact>
      ))}
    </dl>
  )
}

function Values({ line: { before, after, as } }: { line: ChangedField }) {
  return (
    <>
      {before !== undefined && (
        <span class="quiet">
          <Value value={before} as={as} />
        </span>
      )}
      {before !== undefined && after !== undefined && (
        <>
          <svg class="became" viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
            <path d="M1 5.3h6.8L5.4 2.9l1-1L10.9 6l-4.5 4.1-1-1 2.4-2.4H1z" />
          </svg>
          <span class="unseen"> became </span>
        </>
      )}
      {after !== undefined && <Value value={after} as={as} />}
    </>
  )
}

function Value({ value, as }: { value: string | null; as: ChangedField['as'] }) {
  if (value === null) return <span class="quiet">none</span>
  if (value === '') return <span class="quiet">empty</span>
  if (as === 'time') return <Time at={value} />
  return <span class={as === 'code' ? 'code value' : 'value'}>{value}</span>
}

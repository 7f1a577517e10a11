import { useState } from 'preact/hooks'
import { countedAtMost, type Flow, pauseFlow } from '../client/flows.ts'
import { tokenMay } from '../client/rights.ts'
import { hrefOf } from '../client/route.ts'
import { editFlowRoute, tasksOfFlowRoute } from '../client/used-routes.ts'
import { countedUpTo, flowLimits } from '../format/flow-labels.ts'
import { count } from '../format/format-time.ts'
import { ActButton } from '../parts/act-button.tsx'
import { StatusBadge } from '../parts/status-badge.tsx'
import { Time } from '../parts/time.tsx'
import { showErrorToast, showToast } from '../parts/toast.tsx'

interface RowProps {
  readonly flow: Flow
  onChange(): void
  onDelete(): void
}

/** One flow: whose calls it limits, its limits, what is in flight and what waits, actions. */
export function FlowRow({ flow, onChange, onDelete }: RowProps) {
  const { name, target, paused, paused_at, calls, tasks, waiting, waiting_since } = flow
  const [busy, setBusy] = useState(false)
  const toggle = async () => {
    setBusy(true)
    try {
      await pauseFlow(name, !paused)
      showToast(paused ? `“${name}” goes on.` : `“${name}” is paused: its tasks wait.`)
      onChange()
    } catch (error) {
      showErrorToast(`“${name}” was not changed.`, error)
    }
    setBusy(false)
  }
  return (
    <tr>
      <td class="cell-flow">
        <span class="name">{name}</span>
        <span class="quiet line">
          <a href={hrefOf(tasksOfFlowRoute(name))}>
            {tasks === 1 ? '1 task' : `${countedUpTo(tasks, countedAtMost)} tasks`}
          </a>
          {target !== null && (
            <>
              {' '}
              of <span class="code">{target}</span> or that name it
            </>
          )}
        </span>
      </td>
      <td class="cell-limits">{flowLimits(flow)}</td>
      <td class="cell-calls">
        {count(calls)}
        <span class="only-narrow"> in flight</span>
      </td>
      <td class="cell-waiting">
        {countedUpTo(waiting, countedAtMost)}
        <span class="only-narrow"> waiting</span>
        {waiting_since !== null && (
          <span class="quiet line">
            since <Time at={waiting_since} />
          </span>
        )}
      </td>
      <td class="cell-status">
        <StatusBadge status={paused ? 'paused' : 'active'} />
        {paused_at !== null && (
          <span class="quiet line">
            since <Time at={paused_at} />
          </span>
        )}
      </td>
      {tokenMay('write') && (
        <td class="cell-actions">
          <div class="actions">
            <ActButton busy={busy} label={`${paused ? 'Resume' : 'Pause'} ${name}`} onAct={toggle}>
              {paused ? 'Resume' : 'Pause'}
            </ActButton>
            <a class="button" aria-label={`Edit ${name}`} href={hrefOf(editFlowRoute(name))}>
              Edit
            </a>
            <button type="button" class="danger" aria-label={`Delete ${name}`} onClick={onDelete}>
              Delete
            </button>
          </div>
        </td>
      )}
    </tr>
  )
}

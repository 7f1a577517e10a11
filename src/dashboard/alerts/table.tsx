import { useState } from 'preact/hooks'
import { type Alert, muteAlert } from '../client/alerts.ts'
import { tokenMay } from '../client/rights.ts'
import { hrefOf, taskRoute } from '../client/route.ts'
import { alertKindLabel, alertSentence, closedBecause } from '../format/alert-labels.ts'
import { ActButton } from '../parts/act-button.tsx'
import { AlertIcon } from '../parts/alert-mark.tsx'
import { RowsTable } from '../parts/rows-table.tsx'
import { Time } from '../parts/time.tsx'
import { showErrorToast, showToast } from '../parts/toast.tsx'

interface TableProps {
  readonly alerts: readonly Alert[]
  readonly busy: boolean
  onMute(alert: Alert): void
  onChange(): void
}

/** What an alert is of: its task, or its kind. */
export const subjectOf = ({ task_name, kind }: Alert) => task_name ?? alertKindLabel[kind]

/** A table of alerts: what is wrong with which task, since when, and why. */
export function AlertTable({ alerts, busy, ...rest }: TableProps) {
  return (
    <RowsTable
      class="alerts"
      label="Alerts"
      busy={busy}
      heads={['Alert', 'Of', 'Since', 'What happened']}
      hasActions={tokenMay('write')}
    >
      {alerts.map((alert) => (
        <AlertRow key={alert.id} alert={alert} {...rest} />
      ))}
    </RowsTable>
  )
}

function AlertRow({ alert, onMute, onChange }: { alert: Alert } & Pick<TableProps, 'onMute' | 'onChange'>) {
  const { kind, state, task_id, target, execution_id, error } = alert
  return (
    <tr>
      <td class="cell-kind">
        <span class={`status-badge alert-${state}`}>
          <AlertIcon />
          {alertKindLabel[kind]}
        </span>
      </td>
      <td class="cell-of">
        {task_id === null ? (
          target
        ) : (
          <>
            <a class="name" href={hrefOf(taskRoute(task_id))}>
              {alert.task_name}
            </a>
            <span class="code quiet one-line" title={target}>
              {target}
            </span>
          </>
        )}
      </td>
      <td class="cell-since">
        <Times alert={alert} />
      </td>
      <td class="cell-words">
        {alertSentence(alert)}
        {task_id !== null && execution_id !== null && (
          <>
            {' '}
            <a href={hrefOf({ ...taskRoute(task_id), open: execution_id })}>
              {kind === 'failing' ? 'Show the failure' : 'Show the run'}
            </a>
          </>
        )}
        {error !== null && <span class={state === 'open' ? 'alert-error line' : 'quiet line'}>{error}</span>}
      </td>
      {tokenMay('write') && (
        <td class="cell-actions">
          {state === 'open' && (
            <div class="actions">
              <button type="button" aria-label={`Mute ${subjectOf(alert)}`} onClick={() => onMute(alert)}>
                Mute
              </button>
            </div>
          )}
          {state === 'muted' && <Unmute alert={alert} onChange={onChange} />}
        </td>
      )}
    </tr>
  )
}

/** Since when, and until when: its end, or that of its mute. */
function Times({ alert }: { alert: Alert }) {
  const { since, until, closed_at, muted_until, state } = alert
  const because = closedBecause(alert)
  return (
    <>
      <Time at={since} />
      {until !== null ? (
        <span class="quiet line">
          until <Time at={until} />
        </span>
      ) : (
        closed_at !== null && (
          <span class="quiet line">
            closed <Time at={closed_at} />
            {because !== undefined && `: ${because}`}
          </span>
        )
      )}
      {state === 'muted' && muted_until !== null && (
        <span class="quiet line">
          muted until <Time at={muted_until} />
        </span>
      )}
    </>
  )
}

function Unmute({ alert, onChange }: { alert: Alert; onChange(): void }) {
  const [busy, setBusy] = useState(false)
  const unmute = async () => {
    setBusy(true)
    try {
      const { state } = await muteAlert(alert.id, null)
      if (state === 'muted')
        showErrorToast(`The alert of “${subjectOf(alert)}” stays muted by its policy or by a silence.`)
      else showToast(`The alert of “${subjectOf(alert)}” is not muted any more.`)
      onChange()
    } catch (error) {
      showErrorToast('The alert is still muted.', error)
    }
    setBusy(false)
  }
  return (
    <div class="actions">
      <ActButton busy={busy} label={`Unmute ${subjectOf(alert)}`} onAct={unmute}>
        Unmute
      </ActButton>
    </div>
  )
}

import type { ListedTask } from '../client/api.ts'
import { tokenMay } from '../client/rights.ts'
import { hrefOf, taskRoute } from '../client/route.ts'
import { isUnderWay } from '../client/under-way.ts'
import { localDay } from '../format/format-time.ts'
import { failureLabel, rawCron, scheduleLabel, whyOver } from '../format/labels.ts'
import { fullTime, plainTime } from '../format/time-of-day.ts'
import { ActButton } from '../parts/act-button.tsx'
import { AlertMark } from '../parts/alert-mark.tsx'
import { Menu } from '../parts/menu.tsx'
import { NextStart } from '../parts/next-start.tsx'
import { ResultBar } from '../parts/result-bar.tsx'
import { StatusBadge } from '../parts/status-badge.tsx'
import { Time } from '../parts/time.tsx'
import { statusToggle, useTaskActions, whyNotAgain } from '../task-actions/use-task-actions.ts'

interface RowProps {
  readonly task: ListedTask
  /** Whether the reader may do something with it. */
  readonly mayAct: boolean
  readonly selected: boolean
  onSelect(selected: boolean): void
  onChange(): void
  /** Asks until when it is paused. */
  onPause(): void
  onDelete(): void
}

/** One task in the list: status, last results, schedule, next run, actions. */
export function TaskListRow({ task, mayAct, selected, onSelect, onChange, onPause, onDelete }: RowProps) {
  return (
    <tr class={rowClass(task, selected)}>
      {mayAct && (
        <td class="cell-select">
          <label class="check">
            <input
              type="checkbox"
              aria-label={`Select ${task.name}`}
              checked={selected}
              onChange={(event) => onSelect(event.currentTarget.checked)}
            />
          </label>
        </td>
      )}
      <td class="cell-status">
        <StatusBadge status={task.status} />
      </td>
      <td class="cell-task">
        <div class="task-line">
          <a class="name" href={hrefOf(taskRoute(task.id))} title={task.name}>
            {task.name}
          </a>
          <span class="code quiet one-line" title={task.url}>
            {task.method} {task.url}
          </span>
          {task.alerts.length > 0 && (
            <span class="alert-marks">
              {task.alerts.map((alert, index) => (
                <AlertMark key={alert.id} taskId={task.id} alert={alert} short={index > 0} />
              ))}
            </span>
          )}
        </div>
      </td>
      <td class="cell-results">
        <div>
          <ResultBar results={task.recent} task={task} />
          <FailingMark task={task} />
        </div>
      </td>
      <td class="cell-schedule" title={[scheduleLabel(task), rawCron(task)].filter(Boolean).join('\n')}>
        {scheduleLabel(task)}
      </td>
      <td class="cell-next">
        <NextRun task={task} />
      </td>
      <td class="cell-created quiet">
        <time dateTime={task.created_at} title={fullTime(task.created_at)}>
          {localDay(task.created_at)}
        </time>
      </td>
      {mayAct && (
        <td class="cell-actions">
          <Actions task={task} onChange={onChange} onPause={onPause} onDelete={onDelete} />
        </td>
      )}
    </tr>
  )
}

/** Since when it fails; how often and why when it is pointed at. An open alert says the same beside the name. */
function FailingMark({ task: { failing, alerts } }: { task: ListedTask }) {
  if (failing === null || alerts.some(({ kind }) => kind === 'failing')) return null
  const { settled, consecutive, since, error } = failing
  const whole = `${failureLabel(settled, consecutive).join('')}${fullTime(since)}`
  return (
    <span class="failing-mark" title={error === null ? whole : `${whole}: ${error}`}>
      failing since <time dateTime={since}>{plainTime(since)}</time>
    </span>
  )
}

function rowClass({ failing }: ListedTask, selected: boolean): string | undefined {
  const names = [selected && 'selected', failing && 'fails'].filter(Boolean)
  return names.length === 0 ? undefined : names.join(' ')
}

function Actions({ task, onChange, onPause, onDelete }: Pick<RowProps, 'task' | 'onChange' | 'onPause' | 'onDelete'>) {
  const { busy, setStatus, runNow } = useTaskActions(task, () => onChange())
  const { name, status } = task
  const toggle = statusToggle(task)
  const mayWrite = tokenMay('write')
  return (
    <div class="actions">
      {toggle && mayWrite && (
        <ActButton busy={busy} label={`${toggle.verb} ${name}`} onAct={() => setStatus(toggle.to)}>
          {toggle.verb}
        </ActButton>
      )}
      {tokenMay('run') && (
        <ActButton
          class="run-now"
          busy={busy}
          label={`Run now: ${name}`}
          unless={task.recent.some(isUnderWay) && whyNotAgain}
          onAct={runNow}
        >
          Run now
        </ActButton>
      )}
      {mayWrite && (
        <Menu label="More" more={`for ${name}`}>
          {status !== 'disabled' && (
            <ActButton busy={busy} label={`Disable ${name}`} onAct={() => setStatus('disabled')}>
              Disable
            </ActButton>
          )}
          {status !== 'disabled' && (
            <button type="button" aria-label={`Pause until…: ${name}`} onClick={onPause}>
              Pause until…
            </button>
          )}
          <a class="button" href={hrefOf({ screen: 'edit-task', id: task.id })}>
            Edit
          </a>
          <a class="button" href={hrefOf({ screen: 'new-task', from: task.id })}>
            Duplicate
          </a>
          <button type="button" class="danger" aria-label={`Delete ${name}`} onClick={onDelete}>
            Delete
          </button>
        </Menu>
      )}
    </div>
  )
}

function NextRun({ task }: { task: ListedTask }) {
  if (task.starts_at === null) return <span class="quiet">none, {whyOver(task)}</span>
  if (task.paused_until !== null)
    return (
      <span class="quiet">
        paused until <Time at={task.paused_until} />
      </span>
    )
  if (task.status !== 'active') return <span class="quiet">none while {task.status}</span>
  return <NextStart at={task.starts_at} newest={task.recent} />
}

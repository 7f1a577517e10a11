import type { ListedTask } from '../client/api.ts'
import { hrefOf, taskPlace } from '../client/route.ts'
import { localDay, localTime, utcTime } from '../format/format-time.ts'
import { rawCron, scheduleWords } from '../format/labels.ts'
import { ActButton } from '../parts/act-button.tsx'
import { Countdown } from '../parts/countdown.tsx'
import { Menu } from '../parts/menu.tsx'
import { Strip } from '../parts/result-bar.tsx'
import { Mark } from '../parts/status-badge.tsx'
import { turnOf, useTaskActions } from '../task-actions/use-task-actions.ts'

interface RowParts {
  readonly task: ListedTask
  readonly selected: boolean
  onSelect(selected: boolean): void
  onChange(): void
  onDelete(): void
}

/** One task of the list: how it fares, when it runs, and what can be done with it. */
export function TaskListRow({ task, selected, onSelect, onChange, onDelete }: RowParts) {
  return (
    <tr class={selected ? 'selected' : undefined}>
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
      <td class="cell-status">
        <Mark status={task.status} />
      </td>
      <td class="cell-task">
        <a class="name" href={hrefOf(taskPlace(task.id))}>
          {task.name}
        </a>
        <span class="code quiet one-line" title={task.url}>
          {task.method} {task.url}
        </span>
      </td>
      <td class="cell-results">
        <Strip results={task.recent} />
      </td>
      <td class="cell-schedule" title={rawCron(task)}>
        {scheduleWords(task)}
      </td>
      <td class="cell-next">
        <NextRun task={task} />
      </td>
      <td class="cell-created quiet">
        <time dateTime={task.created_at} title={`${localTime(task.created_at)} · ${utcTime(task.created_at)}`}>
          {localDay(task.created_at)}
        </time>
      </td>
      <td class="cell-actions">
        <Actions task={task} onChange={onChange} onDelete={onDelete} />
      </td>
    </tr>
  )
}

function Actions({ task, onChange, onDelete }: Pick<RowParts, 'task' | 'onChange' | 'onDelete'>) {
  const { busy, setStatus, runNow } = useTaskActions(task, () => onChange())
  const { name, status } = task
  const turn = turnOf(task)
  return (
    <div class="actions">
      {turn && (
        <ActButton busy={busy} label={`${turn.verb} ${name}`} onAct={() => setStatus(turn.to)}>
          {turn.verb}
        </ActButton>
      )}
      <ActButton busy={busy} label={`Run now: ${name}`} onAct={runNow}>
        Run now
      </ActButton>
      <Menu label={`More for ${name}`}>
        {status !== 'disabled' && (
          <ActButton busy={busy} label={`Disable ${name}`} onAct={() => setStatus('disabled')}>
            Disable
          </ActButton>
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
    </div>
  )
}

function NextRun({ task }: { task: ListedTask }) {
  if (task.scheduled_at === null) return <span class="quiet">none, it has run</span>
  if (task.status !== 'active') return <span class="quiet">none while {task.status}</span>
  return <Countdown at={task.scheduled_at} />
}

import { useEffect, useRef, useState } from 'preact/hooks'
import { type ListedTask, type Status, setStatuses } from '../client/api.ts'
import { counted } from '../format/labels.ts'
import { ActButton } from '../parts/act-button.tsx'
import { showErrorToast, showToast } from '../parts/toast.tsx'

interface BulkProps {
  /** The tasks on this page. */
  readonly shown: readonly ListedTask[]
  readonly selected: readonly ListedTask[]
  onSelectAll(selected: boolean): void
  onChange(): void
  /** Asks until when they are paused. */
  onPause(): void
  onDelete(): void
}

const participles: Readonly<Record<Status, string>> = { active: 'Resumed', paused: 'Paused', disabled: 'Disabled' }

/** Selects all tasks on the page, and applies an action to the selected ones. */
export function TaskListBulk({ shown, selected, onSelectAll, onChange, onPause, onDelete }: BulkProps) {
  const [busy, setBusy] = useState(false)
  const all = useRef<HTMLInputElement>(null)
  const some = selected.length > 0 && selected.length < shown.length
  useEffect(() => {
    if (all.current) all.current.indeterminate = some
  }, [some])

  const change = async (status: Status) => {
    setBusy(true)
    try {
      const ids = selected.map((task) => task.id)
      const updated = await setStatuses(ids, status)
      const lost = ids.length - updated
      const rest = lost === 0 ? '' : ` ${counted(lost, 'task')} did not exist any more.`
      showToast(`${participles[status]} ${counted(updated, 'task')}.${rest}`)
      onChange()
    } catch (error) {
      showErrorToast('None of the selected tasks was changed.', error)
    }
    setBusy(false)
  }

  return (
    <fieldset class="bulk">
      <legend class="unseen">Many at once</legend>
      <label class="check">
        <input
          ref={all}
          type="checkbox"
          aria-label="Select all on this page"
          checked={selected.length > 0 && !some}
          onChange={(event) => onSelectAll(event.currentTarget.checked)}
        />
        <span class="quiet">{selected.length === 0 ? 'Select all' : `${selected.length} selected`}</span>
      </label>
      {selected.length > 0 && (
        <div class="actions">
          <ActButton busy={busy} label="Pause selected" onAct={() => change('paused')}>
            Pause
          </ActButton>
          <button type="button" aria-label="Pause until…: selected" onClick={onPause}>
            Pause until…
          </button>
          <ActButton busy={busy} label="Resume selected" onAct={() => change('active')}>
            Resume
          </ActButton>
          <ActButton busy={busy} label="Disable selected" onAct={() => change('disabled')}>
            Disable
          </ActButton>
          <button type="button" class="danger" aria-label="Delete selected" onClick={onDelete}>
            Delete
          </button>
        </div>
      )}
    </fieldset>
  )
}

import { useEffect, useRef, useState } from 'preact/hooks'
import type { ListedTask, Status } from '../client/api.ts'
import { changeMany, type NamedTask, type Report, readMatching, runMany, undoChange } from '../client/bulk.ts'
import { tokenMay } from '../client/rights.ts'
import { count } from '../format/format-time.ts'
import { counted } from '../format/labels.ts'
import { ActButton } from '../parts/act-button.tsx'
import { showErrorToast } from '../parts/toast.tsx'
import { TypedConfirm } from '../parts/typed-confirm.tsx'
import { matchingOf, type TaskListRoute } from './filters.tsx'

/** More tasks than this are run only when it is typed how many. */
const runUnasked = 25

interface BulkProps {
  readonly route: TaskListRoute
  /** The tasks on this page. */
  readonly shown: readonly ListedTask[]
  readonly selected: readonly ListedTask[]
  /** How many tasks match on all pages. */
  readonly total: number
  /** Whether all that match are selected, and not only those on this page. */
  readonly matching: boolean
  onSelectAll(selected: boolean): void
  onSelectMatching(matching: boolean): void
  onChange(): void
  onReport(report: Report): void
  /** Asks until when they are paused. */
  onPause(tasks: readonly NamedTask[]): void
  /** Asks how they are moved or spread. */
  onMove(tasks: readonly NamedTask[]): void
  onDelete(tasks: readonly NamedTask[]): void
}

const participles: Readonly<Record<Status, string>> = { active: 'Resumed', paused: 'Paused', disabled: 'Disabled' }

/** Selects all tasks on the page or all that match, and applies an action to the selected ones. */
export function TaskListBulk(props: BulkProps) {
  const {
    route,
    shown,
    selected,
    total,
    matching,
    onSelectAll,
    onSelectMatching,
    onChange,
    onReport,
    onPause,
    onMove,
    onDelete,
  } = props
  const [busy, setBusy] = useState(false)
  const [toRun, setToRun] = useState<readonly NamedTask[]>([])
  const all = useRef<HTMLInputElement>(null)
  const some = selected.length > 0 && selected.length < shown.length
  useEffect(() => {
    if (all.current) all.current.indeterminate = some
  }, [some])

  /** Does something with the selected tasks. Those that match are read now, not when they were selected. */
  const act = async (work: (tasks: readonly NamedTask[]) => unknown) => {
    setBusy(true)
    try {
      await work(matching ? await readMatching(matchingOf(route)) : selected)
    } catch (error) {
      showErrorToast('Not all of the selected tasks were changed.', error)
    }
    setBusy(false)
  }
  const change = (status: Status) =>
    act(async (tasks) => {
      const ids = tasks.map(({ id }) => id)
      const { updated, changed, left_out } = await changeMany(ids, status, null)
      const undo = changed.length > 0 ? () => undoChange(changed) : undefined
      onReport({ text: `${participles[status]} ${counted(updated, 'task')}.`, left_out, undo })
      onChange()
    })
  const runAll = async (tasks: readonly NamedTask[]) => {
    const { updated, left_out } = await runMany(tasks)
    onReport({ text: `${counted(updated, 'task is', 'tasks are')} to run now.`, left_out })
    setToRun([])
    onChange()
  }
  const mayWrite = tokenMay('write')
  const amount = matching ? total : selected.length

  return (
    <>
      <fieldset class={selected.length > 0 ? 'bulk bulk-stays' : 'bulk'}>
        <legend class="unseen">Many at once</legend>
        <label class="check">
          <input
            ref={all}
            type="checkbox"
            aria-label="Select all on this page"
            checked={selected.length > 0 && !some}
            onChange={(event) => onSelectAll(event.currentTarget.checked)}
          />
          <span class="quiet">{selected.length === 0 ? 'Select all' : `${count(amount)} selected`}</span>
        </label>
        {selected.length === shown.length && total > shown.length && (
          <button type="button" class="plain" onClick={() => onSelectMatching(!matching)}>
            {matching ? `Only the ${shown.length} on this page` : `Select all ${count(total)} that match`}
          </button>
        )}
        {selected.length > 0 && (
          <div class="actions">
            {mayWrite && (
              <>
                <ActButton busy={busy} label="Pause selected" onAct={() => change('paused')}>
                  Pause
                </ActButton>
                <ActButton busy={busy} label="Pause until…: selected" onAct={() => act(onPause)}>
                  Pause until…
                </ActButton>
                <ActButton busy={busy} label="Resume selected" onAct={() => change('active')}>
                  Resume
                </ActButton>
              </>
            )}
            {tokenMay('run') && (
              <ActButton
                busy={busy}
                label="Run now: selected"
                onAct={() => act((tasks) => (tasks.length > runUnasked ? setToRun(tasks) : runAll(tasks)))}
              >
                Run now
              </ActButton>
            )}
            {mayWrite && (
              <>
                <ActButton busy={busy} label="Move…: selected" onAct={() => act(onMove)}>
                  Move…
                </ActButton>
                <ActButton busy={busy} label="Disable selected" onAct={() => change('disabled')}>
                  Disable
                </ActButton>
                <ActButton busy={busy} class="danger" label="Delete selected" onAct={() => act(onDelete)}>
                  Delete
                </ActButton>
              </>
            )}
          </div>
        )}
      </fieldset>
      {toRun.length > 0 && (
        <TypedConfirm
          title={`Run ${counted(toRun.length, 'task')} now?`}
          expected={`run ${counted(toRun.length, 'task')}`}
          verb={`Run ${counted(toRun.length, 'task')}`}
          progress={busy ? 'Asking for runs…' : undefined}
          onConfirm={() => act(() => runAll(toRun))}
          onCancel={() => setToRun([])}
        >
          <p>Each of them is called once, paused and disabled ones too. This cannot be undone.</p>
        </TypedConfirm>
      )}
    </>
  )
}

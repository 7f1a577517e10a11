import { useState } from 'preact/hooks'
import type { Report } from '../client/bulk.ts'
import { moveRuns, type Overview, type RunsChanged, type SpreadRuns, spreadRuns } from '../client/overview.ts'
import { useDebounced, usePolling } from '../client/use-polling.ts'
import { counted } from '../format/labels.ts'
import { quarterSpan } from '../format/time-of-day.ts'
import { ActButton } from '../parts/act-button.tsx'
import { Banner } from '../parts/banner.tsx'
import { Field } from '../parts/field.tsx'
import { OfService } from '../parts/of-service.tsx'
import { useModal } from '../parts/use-modal.ts'
import { useSave } from '../parts/use-save.ts'
import { ComingPlot } from './coming-plot.tsx'
import { busiest, busiestLabel } from './figures.ts'
import { LeftOutRuns } from './left-out-runs.tsx'
import { Amount } from './move-amount.tsx'

/** The most tasks that one request changes. */
const mostTasks = 20_000

/** Which tasks are moved or spread: those that run in a quarter hour, or those with some ids. */
export type MoveChoice = { readonly at: string } | { readonly ids: readonly string[] }

interface MoveProps {
  readonly choice: MoveChoice
  /** The quarter hours to choose from, in place of the one in `choice`; undefined where the tasks are chosen already. */
  readonly upcoming?: Overview['upcoming'] | undefined
  /** How many tasks are meant, where the ids do not say it. */
  readonly total?: number | undefined
  /** What is asked for first. */
  readonly way: 'move' | 'spread'
  /** Called with what was done, when the dialog closes. */
  onDone(report: Report): void
  onClose(): void
}

/** Asks how tasks are moved or spread, and shows the coming day before and after. Escape cancels. */
export function MoveDialog({ choice, upcoming: latest, total, way: first, onDone, onClose }: MoveProps) {
  // The overview is read every few seconds; what is chosen from stays as it was.
  const [upcoming] = useState(latest)
  const [at, setAt] = useState('at' in choice ? choice.at : '')
  const [way, setWay] = useState(first)
  const [seconds, setSeconds] = useState(3_600)
  const [minutes, setMinutes] = useState<number | undefined>(15)
  const dialog = useModal()
  const tasks = 'ids' in choice ? { ids: choice.ids.slice(0, mostTasks) } : { at }
  const change = (dry_run: boolean, signal?: AbortSignal): Promise<RunsChanged | SpreadRuns> =>
    way === 'spread'
      ? spreadRuns({ ...tasks, spread_seconds: seconds, dry_run } as Parameters<typeof spreadRuns>[0], signal)
      : moveRuns({ ...tasks, minutes: minutes ?? 0, dry_run } as Parameters<typeof moveRuns>[0], signal)
  const isWhole = way === 'spread' || minutes !== undefined
  const wanted = `move ${at} ${way} ${way === 'spread' ? seconds : minutes}`
  const key = useDebounced(wanted, 200)
  const { data, problem: unknown } = usePolling(
    async (signal) => (isWhole ? { of: key, plan: await change(true, signal) } : undefined),
    key,
  )
  const plan = isWhole ? data?.plan : undefined
  // What is shown may still be that of another amount.
  const isKnown = plan !== undefined && data?.of === wanted && !unknown
  const { busy, problem, save } = useSave({})
  const before = plan?.before ?? upcoming ?? []
  const after = plan?.upcoming ?? before
  const most = Math.max(busiest(before)?.count ?? 0, busiest(after)?.count ?? 0)
  const act = () =>
    save(async () => {
      const done = await change(false)
      onDone(reportOf(done, way, minutes ?? 0))
      // The browser gives the focus back to what had it before.
      dialog.current?.close()
    })
  const refused = problem ?? unknown
  const verb = way === 'move' ? 'Move' : 'Spread'
  return (
    <dialog ref={dialog} class="spread" aria-labelledby="move-title" onClose={onClose}>
      <h2 id="move-title">
        {upcoming ? 'Move or spread runs' : `Move or spread ${counted(total ?? countOf(choice), 'task')}`}
      </h2>
      <OfService />
      {upcoming && (
        <Field id="move-at" label="Tasks that run from">
          {(attributes) => (
            <select {...attributes} value={at} onChange={(event) => setAt(event.currentTarget.value)}>
              {upcoming
                .filter(({ count, at: other }) => count > 1 || other === at)
                .map(({ at: other, count }) => (
                  <option key={other} value={other}>
                    {quarterSpan(other)}, {counted(count, 'run')}
                  </option>
                ))}
            </select>
          )}
        </Field>
      )}
      <Amount way={way} onWay={setWay} seconds={seconds} onSeconds={setSeconds} onMinutes={setMinutes} />
      {refused && isWhole && <Banner bad>{refused.message}</Banner>}
      <h3>Before</h3>
      <ComingPlot label={`Before. ${busiestLabel(before)}`} upcoming={before} most={most} />
      <h3>After</h3>
      <ComingPlot label={`After. ${plan ? busiestLabel(after) : ''}`} upcoming={after} most={most} />
      <div class="hint" role="status">
        {plan && <LeftOutRuns plan={plan} verb={way === 'move' ? 'moved' : 'spread'} />}
        {'ids' in choice && choice.ids.length > mostTasks && (
          <p>These are the first {counted(mostTasks, 'task')}: choose the others afterwards.</p>
        )}
      </div>
      <div class="actions">
        <button type="button" onClick={() => dialog.current?.close()}>
          Cancel
        </button>
        <ActButton class="main" busy={busy || !isKnown || plan?.tasks === 0} onAct={act}>
          {plan && isKnown ? `${verb} ${counted(plan.tasks, 'task')}` : verb}
        </ActButton>
      </div>
    </dialog>
  )
}

const countOf = (choice: MoveChoice) => ('ids' in choice ? choice.ids.length : 0)

/** What is told of a change: how many, which were left out, and how it is undone. */
function reportOf(done: RunsChanged | SpreadRuns, way: 'move' | 'spread', minutes: number): Report {
  const by = `${counted(Math.abs(minutes), 'minute')} ${minutes < 0 ? 'earlier' : 'later'}`
  const text =
    way === 'spread' ? `Spread ${counted(done.tasks, 'task')}.` : `Moved ${counted(done.tasks, 'task')}, ${by}.`
  const { left_out, left, changed: ids } = done
  if (ids.length === 0) return { text, left_out, left }
  // None of them had a spread before. One that was changed since has another version, and is left out.
  const back = () =>
    'versions' in done
      ? spreadRuns({ ids, versions: done.versions, spread_seconds: 0 })
      : moveRuns({ ids, minutes: -minutes })
  const undo = async () => {
    const { tasks: updated, ...rest } = await back()
    return { updated, left_out: rest.left_out, left: rest.left }
  }
  return { text, left_out, left, undo }
}

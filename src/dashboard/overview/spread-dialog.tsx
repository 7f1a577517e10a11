import { useEffect, useRef, useState } from 'preact/hooks'
import { type Overview, spreadRuns } from '../client/overview.ts'
import { usePolling } from '../client/use-polling.ts'
import { counted } from '../format/labels.ts'
import { timeSpan } from '../format/time-of-day.ts'
import { ActButton } from '../parts/act-button.tsx'
import { Banner } from '../parts/banner.tsx'
import { Field } from '../parts/field.tsx'
import { OfService } from '../parts/of-service.tsx'
import { showToast } from '../parts/toast.tsx'
import { useSave } from '../parts/use-save.ts'
import { ComingPlot } from './coming-plot.tsx'
import { busiest, busiestLabel } from './figures.ts'

const quarter = 900_000

/** Over how long tasks can be spread: the words, and the seconds. */
const spans = [
  ['15 minutes', 900],
  ['30 minutes', 1_800],
  ['1 hour', 3_600],
  ['2 hours', 7_200],
  ['4 hours', 14_400],
  ['8 hours', 28_800],
] as const

interface SpreadProps {
  readonly upcoming: Overview['upcoming']
  onClose(): void
}

/** Asks which quarter hour's tasks are spread over how long, and shows the coming day before and after. Escape cancels. */
export function SpreadDialog({ upcoming: latest, onClose }: SpreadProps) {
  // The overview is read every few seconds; what is compared stays as it was.
  const [upcoming] = useState(latest)
  const [at, setAt] = useState(busiest(upcoming)?.at ?? '')
  const [seconds, setSeconds] = useState(3_600)
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  const { data: plan, problem: unknown } = usePolling(
    (signal) => spreadRuns({ at, spread_seconds: seconds, dry_run: true }, signal),
    `spread ${at} ${seconds}`,
  )
  const { busy, problem, save } = useSave()
  const most = busiest(upcoming)?.count ?? 0
  const spread = () =>
    save(async () => {
      const { tasks } = await spreadRuns({ at, spread_seconds: seconds })
      showToast(`Spread ${counted(tasks, 'task')}.`)
      onClose()
    })
  const refused = problem ?? unknown
  return (
    <dialog ref={dialog} class="spread" aria-labelledby="spread-title" onClose={onClose}>
      <h2 id="spread-title">Spread runs</h2>
      <p>Each task starts within this time after its own, always equally long after it. Its schedule stays as it is.</p>
      <OfService />
      <div class="side-by-side">
        <Field id="spread-at" label="Tasks that run from">
          {(attributes) => (
            <select {...attributes} value={at} onChange={(event) => setAt(event.currentTarget.value)}>
              {upcoming
                .filter(({ count, at: other }) => count > 1 || other === at)
                .map(({ at: other, count }) => (
                  <option key={other} value={other}>
                    {timeSpan(Date.parse(other), Date.parse(other) + quarter)}, {counted(count, 'run')}
                  </option>
                ))}
            </select>
          )}
        </Field>
        <Field id="spread-over" label="Over">
          {(attributes) => (
            <select {...attributes} value={seconds} onChange={(event) => setSeconds(Number(event.currentTarget.value))}>
              {spans.map(([words, value]) => (
                <option key={value} value={value}>
                  {words}
                </option>
              ))}
            </select>
          )}
        </Field>
      </div>
      {refused && <Banner bad>{refused.message}</Banner>}
      <h3>Before</h3>
      <ComingPlot label={`Before. ${busiestLabel(upcoming)}`} upcoming={upcoming} most={most} />
      <h3>After</h3>
      <ComingPlot
        label={`After. ${plan ? busiestLabel(plan.upcoming) : ''}`}
        upcoming={plan?.upcoming ?? upcoming}
        most={most}
      />
      <p class="hint" role="status">
        {plan && plan.left > 0
          ? `${counted(plan.left, 'task')} of this quarter hour ${plan.left === 1 ? 'stays' : 'stay'} as before: the time between two runs is not longer than this, or there is a spread already.`
          : 'All tasks of this quarter hour are spread.'}
      </p>
      <div class="actions">
        <button type="button" onClick={() => dialog.current?.close()}>
          Cancel
        </button>
        <ActButton class="main" busy={busy || !plan || plan.tasks === 0} onAct={spread}>
          {plan ? `Spread ${counted(plan.tasks, 'task')}` : 'Spread'}
        </ActButton>
      </div>
    </dialog>
  )
}

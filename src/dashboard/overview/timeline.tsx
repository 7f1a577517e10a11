import { useState } from 'preact/hooks'
import { navigate } from '../client/navigation.ts'
import type { Overview } from '../client/overview.ts'
import { allRunsRoute, hrefOf, type Route } from '../client/route.ts'
import { count } from '../format/format-time.ts'
import { counted } from '../format/labels.ts'
import { timeSpan } from '../format/time-of-day.ts'
import { busiest, busiestLabel, type Outcomes, outcomeLabel, total } from './figures.ts'
import { SpreadDialog, TimelinePlot } from './plots.tsx'
import { spanOf } from './span-of.ts'
import { TimelineTables } from './tables.tsx'

const hour = 3_600_000
const quarter = 900_000

interface TimelineProps {
  /** The time of the data, in ms since 1970. */
  readonly now: number
  readonly hours: Overview['hours']
  readonly upcoming: Overview['upcoming']
  readonly loading: boolean
}

/** Past and upcoming runs as a plot, as text and as tables. */
export function Timeline({ now, hours, upcoming, loading }: TimelineProps) {
  const [pointed, setPointed] = useState<number>()
  const [isSpreading, setSpreading] = useState(false)
  const ran = total(hours)
  const coming = upcoming.reduce((sum, one) => sum + one.count, 0)
  const peak = loading ? '' : busiestLabel(upcoming)
  const hasHerd = (busiest(upcoming)?.count ?? 0) > 1
  const label = `Timeline. Last 24 hours: ${outcomeLabel(ran)}. Coming 24 hours: ${counted(coming, 'run')}. ${peak}`
  return (
    <section class="timeline-part" aria-labelledby="timeline-title">
      <h2 id="timeline-title" class="unseen">
        What ran and what comes
      </h2>
      <div class="halves">
        <div>
          <h3>
            The last 24 hours <span class="hint">by hour</span>
          </h3>
          <Legend sums={loading ? undefined : ran} to={(status) => ({ ...allRunsRoute, status, period: 'day' })} />
        </div>
        <div>
          <h3>
            The coming 24 hours <span class="hint">by quarter hour</span>
          </h3>
          <p class="legend">
            <span class="key key-coming">{loading ? '… runs' : counted(coming, 'run')}</span>
            <strong>{peak}</strong>
            {hasHerd && (
              <button type="button" class="plain" onClick={() => setSpreading(true)}>
                Spread these
              </button>
            )}
          </p>
        </div>
      </div>
      <TimelinePlot
        now={now / 1000}
        hours={hours}
        upcoming={upcoming}
        label={label}
        onPoint={setPointed}
        onPick={(at) => pick(at * 1000, hours)}
      />
      <p class="readout hint" aria-hidden="true">
        {pointed === undefined
          ? 'Below the line: what failed or was skipped. Point anywhere to read that hour, press for its runs.'
          : pointedLabel(pointed * 1000, { now, hours, upcoming })}
      </p>
      {isSpreading && <SpreadDialog upcoming={upcoming} onClose={() => setSpreading(false)} />}
      <TimelineTables hours={hours} upcoming={upcoming} />
    </section>
  )
}

/** Shows the runs of the hour that was pressed. */
function pick(at: number, hours: Overview['hours']): void {
  const ran = hours.find((one) => at >= Date.parse(one.at) && at < Date.parse(one.at) + hour)
  if (ran) navigate({ ...allRunsRoute, ...spanOf(ran.at, hour) })
}

interface LegendProps {
  readonly sums?: Outcomes
  /** Where the runs with a result are listed. */
  to(status: keyof Outcomes): Route
}

/** The legend of a plot of outcomes, with totals that lead to the runs. */
export function Legend({ sums, to }: LegendProps) {
  const words = { success: 'succeeded', failed: 'failed', skipped: 'skipped' } as const
  return (
    <p class="legend">
      {(['success', 'failed', 'skipped'] as const).map((status) => (
        <a key={status} class={`key key-${status}`} href={hrefOf(to(status))}>
          {sums ? count(sums[status]) : '…'} {words[status]}
        </a>
      ))}
    </p>
  )
}

function pointedLabel(at: number, { now, hours, upcoming }: Omit<TimelineProps, 'loading'>): string {
  const of = <T extends { at: string }>(parts: readonly T[], length: number) =>
    parts.find((part) => at >= Date.parse(part.at) && at < Date.parse(part.at) + length)
  if (at < now) {
    const ran = of(hours, hour)
    return ran ? `${timeSpan(Date.parse(ran.at), Date.parse(ran.at) + hour)}: ${outcomeLabel(ran)}` : ''
  }
  const due = of(upcoming, quarter)
  return due
    ? `${timeSpan(Date.parse(due.at), Date.parse(due.at) + quarter)}: ${counted(due.count, 'run')} to come`
    : ''
}

import { useRef, useState } from 'preact/hooks'
import type { Report } from '../client/bulk.ts'
import { navigate } from '../client/navigation.ts'
import type { Outage, Overview } from '../client/overview.ts'
import { tokenMay } from '../client/rights.ts'
import { allRunsRoute, hrefOf, type Route, type RouteOf, timeInRoute } from '../client/route.ts'
import { count } from '../format/format-time.ts'
import { counted } from '../format/labels.ts'
import { quarterSpan } from '../format/time-of-day.ts'
import { quarterMs } from '../format/zone.ts'
import { BulkReport } from '../parts/bulk-report.tsx'
import { useRestoreFocus } from '../parts/restore-focus.ts'
import { busiest, busiestLabel, type Outcomes, outcomeLabel, total } from '../plots/figures.ts'
import { MoveDialog } from '../plots/lazy-dialog.tsx'
import { outageLabel, outagesIn, outagesLabel } from './outages.ts'
import { QuarterTasks, TimelinePlot } from './plots.tsx'
import { spanOf } from './span-of.ts'
import { TimelineTables } from './tables.tsx'

interface TimelineProps {
  readonly route: RouteOf<'overview'>
  /** The time of the data, in ms since 1970. */
  readonly now: number
  readonly quarters: Overview['quarters']
  readonly hours: Overview['hours']
  readonly upcoming: Overview['upcoming']
  readonly outages: readonly Outage[]
  /** Tasks were moved or spread. */
  onChange(): void
}

/** Past and upcoming runs as a plot, as text and as tables. */
export function Timeline({ route, now, quarters, hours, upcoming, outages, onChange }: TimelineProps) {
  const [pointed, setPointed] = useState<number>()
  const [isSpreading, setSpreading] = useState(false)
  const [report, setReport] = useState<Report>()
  const title = useRef<HTMLHeadingElement>(null)
  // The tasks of a quarter hour were closed.
  useRestoreFocus(title)
  const ran = total(hours)
  const coming = upcoming.reduce((sum, one) => sum + one.count, 0)
  const peak = busiestLabel(upcoming)
  const hasHerd = (busiest(upcoming)?.count ?? 0) > 1
  const to = (at: string) => ({ ...route, at: timeInRoute(Date.parse(at)), page: 1 })
  const label =
    `Timeline. Last 24 hours: ${outcomeLabel(ran)}. Coming 24 hours: ${counted(coming, 'run')}. ${peak} ${outagesLabel(outages)}`.trim()
  return (
    <section class="timeline-part" aria-labelledby="timeline-title">
      <h2 id="timeline-title" class="unseen" tabIndex={-1} ref={title}>
        What ran and what comes
      </h2>
      <div class="halves">
        <div>
          <h3>
            The last 24 hours <span class="hint">by quarter hour</span>
          </h3>
          <Legend sums={ran} to={(status) => ({ ...allRunsRoute, status, period: 'day' })} />
          {outages.length > 0 && (
            <p class="legend">
              <span class="key key-outage">{outagesLabel(outages)}</span>
            </p>
          )}
        </div>
        <div>
          <h3>
            The coming 24 hours <span class="hint">by quarter hour</span>
          </h3>
          <p class="legend">
            <span class="key key-coming">{counted(coming, 'run')}</span>
            <strong>{peak}</strong>
            {hasHerd && tokenMay('write') && (
              <button type="button" class="plain" onClick={() => setSpreading(true)}>
                Spread these
              </button>
            )}
          </p>
        </div>
      </div>
      <TimelinePlot
        now={now / 1000}
        quarters={quarters}
        upcoming={upcoming}
        outages={outages}
        label={label}
        onPoint={setPointed}
        chosen={route.at === '' ? undefined : Date.parse(route.at) / 1000}
        onPick={(at, slack) => pick(at * 1000, slack * 1000, { now, quarters, upcoming, to })}
      />
      <p class="readout hint" aria-hidden="true">
        {pointed === undefined
          ? 'Below the line: what failed or was skipped. Point anywhere to read that time, press for its runs or its tasks.'
          : pointedLabel(pointed * 1000, { now, quarters, upcoming, outages })}
      </p>
      {route.at !== '' && <QuarterTasks route={route} onChange={onChange} />}
      {isSpreading && (
        <MoveDialog
          choice={{ at: busiest(upcoming)?.at ?? '' }}
          upcoming={upcoming}
          way="spread"
          onDone={(done) => {
            setReport(done)
            onChange()
          }}
          onClose={() => setSpreading(false)}
        />
      )}
      <BulkReport report={report} onReport={setReport} onChange={onChange} />
      <TimelineTables hours={hours} upcoming={upcoming} outages={outages} to={to} />
    </section>
  )
}

interface Pickable extends Pick<TimelineProps, 'now' | 'quarters' | 'upcoming'> {
  to(quarter: string): Route
}

/**
 * Shows the runs of the quarter hour that was pressed, or its tasks if it is to come: the next one with any, if that is as near as a
 * finger is wide.
 */
function pick(at: number, slack: number, { now, quarters, upcoming, to }: Pickable): void {
  if (at < now) {
    const ran = partAt(quarters, at)
    if (ran) navigate({ ...allRunsRoute, ...spanOf(ran.at, quarterMs) })
    return
  }
  const away = (part: { at: string }) => Math.abs(Date.parse(part.at) + quarterMs / 2 - at)
  const near = upcoming.filter((one) => one.count > 0 && away(one) <= slack + quarterMs / 2)
  const due = near.sort((one, other) => away(one) - away(other))[0] ?? partAt(upcoming, at)
  if (due) navigate(to(due.at))
}

/** Returns the quarter hour that has a time. */
const partAt = <T extends { at: string }>(parts: readonly T[], at: number): T | undefined =>
  parts.find((part) => at >= Date.parse(part.at) && at < Date.parse(part.at) + quarterMs)

interface LegendProps {
  readonly sums: Outcomes
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
          {count(sums[status])} {words[status]}
        </a>
      ))}
    </p>
  )
}

interface Pointable extends Pick<TimelineProps, 'now' | 'quarters' | 'upcoming'> {
  readonly outages: readonly Outage[]
}

function pointedLabel(at: number, { now, quarters, upcoming, outages }: Pointable): string {
  if (at < now) {
    const ran = partAt(quarters, at)
    if (!ran) return ''
    const from = Date.parse(ran.at)
    const out = outagesIn(outages, from, from + quarterMs)
    return [`${quarterSpan(ran.at)}: ${outcomeLabel(ran)}.`, ...out.map(outageLabel)].join(' ')
  }
  const due = partAt(upcoming, at)
  return due ? `${quarterSpan(due.at)}: ${counted(due.count, 'run')} to come` : ''
}

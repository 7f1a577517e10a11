import type { RecentResult, Task } from '../client/api.ts'
import { duration, localTime } from '../format/format-time.ts'
import { counted, isOnce } from '../format/labels.ts'
import { StatusBadge } from './status-badge.tsx'

const shown = 20
const step = 7
const width = 5
const height = 18

/** Top and height of each bar. A failure differs by its height and gap, not by colour alone. */
const bars: Readonly<Record<RecentResult['status'], readonly (readonly [top: number, height: number])[]>> = {
  success: [[8, 10]],
  failed: [
    [0, 4],
    [6, 12],
  ],
  skipped: [[14, 4]],
  started: [
    [8, 2],
    [12, 2],
    [16, 2],
  ],
  queued: [
    [8, 2],
    [16, 2],
  ],
}

/** One run: its last attempt, and how many attempts of it are among the results. */
type Run = RecentResult & { readonly attempts: number }

/** The last runs among executions, newest first. Retries of a run are due when it was due. */
function lastRuns(results: readonly RecentResult[]): Run[] {
  const runs = new Map<string, Run>()
  for (const result of results) {
    const newest = runs.get(result.scheduled_for) ?? { ...result, attempts: 0 }
    runs.set(result.scheduled_for, { ...newest, attempts: newest.attempts + 1 })
  }
  return [...runs.values()].slice(0, shown)
}

/** Of how many runs executions are, at most those that are shown. */
export const runsOf = (results: readonly RecentResult[]): number => lastRuns(results).length

interface ResultBarProps {
  /** Executions, newest first. */
  readonly results: readonly RecentResult[]
  readonly task: Pick<Task, 'frequency' | 'cron' | 'starts_at'>
}

/**
 * The last runs of a task as bars, newest on the right, each with a tooltip. A task that runs once has no places for others: its run is
 * told by a word.
 */
export function ResultBar({ results, task }: ResultBarProps) {
  const summary = resultSummary(results)
  const newest = lastRuns(results)
  const [last] = newest
  const once = isOnce(task)
  if (once && !last) return <span class="quiet">{task.starts_at === null ? 'No result on record' : 'Not run yet'}</span>
  if (once && last && newest.length === 1)
    return (
      <span title={resultLabel(last)}>
        <StatusBadge status={last.status} />
      </span>
    )
  const places = once ? newest.length : shown
  const x = (place: number) => (places - 1 - place) * step
  return (
    <svg class="result-bar" role="img" aria-label={summary} width={places * step - 2} height={height}>
      <title>{summary}</title>
      {Array.from({ length: places - newest.length }, (_, place) => (
        <rect
          key={place}
          class="result-bar-none"
          x={x(newest.length + place)}
          y={height - 1}
          width={width}
          height={1}
        />
      ))}
      {newest.map((result, place) => (
        <g key={result.scheduled_for} class={`result-bar-${result.status}`}>
          <title>{resultLabel(result)}</title>
          <rect class="hover-area" x={x(place) - 1} y={0} width={step} height={height} />
          {bars[result.status].map(([top, tall]) => (
            <rect key={top} x={x(place)} y={top} width={width} height={tall} />
          ))}
        </g>
      ))}
    </svg>
  )
}

/** `18 of the last 20 succeeded`, `2 of the last 3 succeeded, 1 running`, `No results yet`: runs are counted, not attempts. */
export function resultSummary(results: readonly RecentResult[]): string {
  const newest = lastRuns(results)
  const amount = (...statuses: RecentResult['status'][]) => newest.filter((one) => statuses.includes(one.status)).length
  const open = [
    [amount('started'), 'running'],
    [amount('queued'), 'waiting'],
    [amount('skipped'), 'skipped'],
  ] as const
  const rest = open.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`)
  const done = amount('success', 'failed')
  // Not that it is the only one: the executions may all be attempts at it, and older ones are no longer kept.
  const last = `The last one ${amount('success') === 1 ? 'succeeded' : 'failed'}`
  const told = done === 0 ? [] : [done === 1 ? last : `${amount('success')} of the last ${done} succeeded`]
  return [...told, ...rest].join(', ') || 'No results yet'
}

function resultLabel({ status, status_code, duration_ms, error, scheduled_for, attempts }: Run): string {
  const took = duration_ms === null ? undefined : duration(duration_ms)
  const what = [status, error ?? status_code, took, attempts > 1 ? counted(attempts, 'attempt') : undefined]
  return `${localTime(scheduled_for)}: ${what.filter((part) => part !== undefined && part !== null).join(', ')}`
}

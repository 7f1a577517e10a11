import type { ListedExecution } from '../client/executions.ts'
import { duration, localTime } from '../format/format-time.ts'

const height = 64
/** Space above the bars for the mark of a failure, in CSS pixels. */
const head = 12
/** The widest that a bar and its gap may be, in CSS pixels: two executions make no two blocks. */
const widest = 40

interface DurationsProps {
  /** Newest first, as they are listed. */
  readonly executions: readonly ListedExecution[]
  readonly opened: string
  onOpen(id: string): void
}

/** A bar chart of durations, oldest on the left, with a cross on failed executions. The table has the same data. */
export function Durations({ executions, opened, onOpen }: DurationsProps) {
  const timed = executions.filter(isTimed).reverse()
  if (timed.length < 2) return null
  const sorted = timed.map((one) => one.duration_ms).sort((a, b) => a - b)
  const longest = sorted.at(-1) ?? 0
  const median = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0
  const slot = 100 / timed.length
  const summary = `Durations of the ${timed.length} shown here: half took ${duration(median)} or less, the longest ${duration(longest)}.`
  return (
    <figure class="durations">
      <svg
        role="img"
        aria-label={summary}
        width="100%"
        height={height + head}
        style={{ maxWidth: `${timed.length * widest}px` }}
      >
        <title>{summary}</title>
        <line class="durations-base" x1="0" x2="100%" y1={height + head - 0.5} y2={height + head - 0.5} />
        {timed.map((one, place) => {
          const tall = Math.max(1, (one.duration_ms / (longest || 1)) * height)
          const failed = one.status === 'failed'
          const top = height + head - tall
          return (
            // By keyboard, the button in the row does the same.
            // biome-ignore lint/a11y/noStaticElementInteractions: as above
            <g
              key={one.id}
              class={`${failed ? 'durations-failed' : 'durations-bar'}${one.id === opened ? ' durations-open' : ''}`}
              onClick={() => onOpen(one.id)}
            >
              <title>{`${localTime(one.scheduled_for)}: ${duration(one.duration_ms)}, ${one.status}`}</title>
              <rect class="hover-area" x={`${place * slot}%`} y={0} width={`${slot}%`} height={height + head} />
              <rect x={`${(place + 0.15) * slot}%`} y={top} width={`${slot * 0.7}%`} height={tall} />
              {failed && (
                <svg
                  class="durations-cross"
                  x={`${(place + 0.5) * slot}%`}
                  y={top - 6}
                  width="1"
                  height="1"
                  aria-hidden="true"
                >
                  <path d="M-3-3l6 6M3-3l-6 6" />
                </svg>
              )}
            </g>
          )
        })}
      </svg>
      <figcaption class="hint">
        {`How long they took, oldest first: half ${duration(median)} or less, the longest ${duration(longest)}`}
      </figcaption>
    </figure>
  )
}

type Timed = ListedExecution & { readonly duration_ms: number }
const isTimed = (execution: ListedExecution): execution is Timed => execution.duration_ms !== null

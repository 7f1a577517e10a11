import { useEffect, useRef } from 'preact/hooks'
import { isByHand, type ListedExecution } from '../client/executions.ts'
import { duration } from '../format/format-time.ts'
import { counted, executionLabel, responsePreview, skippedSlots } from '../format/labels.ts'
import { Elapsed } from '../parts/elapsed.tsx'
import { StatusBadge } from '../parts/status-badge.tsx'
import { Time } from '../parts/time.tsx'

interface RowProps {
  readonly execution: ListedExecution
  /** `attempt 2`, or '' for the only attempt of its slot. */
  readonly attempt: string
  readonly opened: boolean
  /** Whether the reader has just started it: then its button is focused. */
  readonly awaited: boolean
  onToggle(): void
}

/** One execution as a table row. */
export function ExecutionRow({ execution, attempt, opened, awaited, onToggle }: RowProps) {
  const { status, status_code, duration_ms, started_at } = execution
  const button = useRef<HTMLButtonElement>(null)
  const row = useRef<HTMLTableRowElement>(null)
  // It may have been opened from the chart or by a link.
  useEffect(() => {
    if (opened) row.current?.scrollIntoView({ block: 'nearest' })
  }, [opened])
  useEffect(() => {
    if (awaited) button.current?.focus()
  }, [awaited])
  const words = [executionLabel(execution), missedLabel(execution)].filter(Boolean).join(' ')
  const lateMs = started_at === null ? 0 : Date.parse(started_at) - Date.parse(execution.scheduled_for)
  const more = [
    isByHand(execution) && 'by hand',
    skippedSlots(execution),
    attempt,
    lateMs >= 1_000 && `sent ${duration(lateMs)} later`,
  ]
    .filter(Boolean)
    .join(', ')
  const preview = responsePreview(execution.response)
  return (
    <tr ref={row} class={opened ? 'run-open' : undefined}>
      <td class="cell-status">
        <StatusBadge status={status} />
      </td>
      <td class="cell-code">{status_code ?? <span class="quiet">–</span>}</td>
      <td class="cell-due">
        <Time at={execution.scheduled_for} />
      </td>
      <td class="cell-took number">
        {status === 'started' && started_at ? (
          <span class="quiet">
            <Elapsed since={started_at} />
          </span>
        ) : duration_ms === null ? (
          <span class="quiet">–</span>
        ) : (
          duration(duration_ms)
        )}
      </td>
      <td class="cell-words">
        {(more || words || preview) && (
          <span class="one-line" title={words}>
            {more && <span class="quiet">{more} </span>}
            {words || <span class="code quiet">{preview}</span>}
          </span>
        )}
      </td>
      <td class="cell-actions">
        <button type="button" ref={button} aria-expanded={opened} onClick={onToggle}>
          {opened ? 'Hide' : 'Show'}
          <span class="unseen"> what was sent and answered</span>
        </button>
      </td>
    </tr>
  )
}

/** A sentence about missed runs before it; '' for none, and for a skipped execution, whose own slots are counted. */
export function missedLabel({ missed_slots, status }: Pick<ListedExecution, 'missed_slots' | 'status'>): string {
  if (missed_slots === 0 || status === 'skipped') return ''
  return `${counted(missed_slots, 'run')} before it ${missed_slots === 1 ? 'was' : 'were'} missed.`
}

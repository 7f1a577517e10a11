import { type ComponentChildren, Fragment } from 'preact'
import { useRef } from 'preact/hooks'
import type { ListedExecution } from '../client/executions.ts'
import { useRestoreFocus } from '../parts/restore-focus.ts'
import { Time } from '../parts/time.tsx'
import { ExecutionRow } from './row.tsx'
import { attemptLabel, bySlot, type Slot } from './slots.ts'

interface TableProps {
  readonly executions: readonly ListedExecution[]
  readonly busy: boolean
  /** The id of the opened execution, or ''. */
  readonly open: string
  /** The id of an execution that the reader has just started, or ''. */
  readonly awaited: string
  /** The opened execution, if it stands below its row. */
  readonly opened: ComponentChildren
  onOpen(id: string): void
}

/** A table of executions, newest first, attempts at one slot grouped. */
export function ExecutionTable({ executions, busy, ...rest }: TableProps) {
  const table = useRef<HTMLTableElement>(null)
  useRestoreFocus(table)
  return (
    <table class="rows executions" aria-labelledby="executions" aria-busy={busy} tabIndex={-1} ref={table}>
      <thead>
        <tr>
          <th scope="col">Result</th>
          <th scope="col">Code</th>
          <th scope="col">Due</th>
          <th scope="col" class="number">
            Took
          </th>
          <th scope="col">What happened</th>
          <th scope="col">
            <span class="unseen">Details</span>
          </th>
        </tr>
      </thead>
      {bySlot(executions).map((slot) => (
        <SlotRows key={slot.id} slot={slot} {...rest} />
      ))}
    </table>
  )
}

interface SlotProps extends Omit<TableProps, 'executions' | 'busy'> {
  readonly slot: Slot
}

function SlotRows({ slot, open, awaited, opened, onOpen }: SlotProps) {
  const { attempts } = slot
  const [newest] = attempts
  return (
    <tbody class={attempts.length > 1 ? 'slot' : undefined}>
      {attempts.length > 1 && newest && (
        <tr class="slot-head">
          <th scope="rowgroup" colSpan={6}>
            {attempts.length} attempts at the run of <Time at={newest.scheduled_for} />, the last one first
          </th>
        </tr>
      )}
      {attempts.map((execution) => {
        const isOpen = execution.id === open
        return (
          <Fragment key={execution.id}>
            <ExecutionRow
              execution={execution}
              attempt={attemptLabel(execution, slot)}
              opened={isOpen}
              awaited={execution.id === awaited}
              onToggle={() => onOpen(isOpen ? '' : execution.id)}
            />
            {isOpen && opened && (
              <tr class="details">
                <td colSpan={6}>{opened}</td>
              </tr>
            )}
          </Fragment>
        )
      })}
    </tbody>
  )
}

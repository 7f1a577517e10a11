import { Fragment } from 'preact'
import { useRef } from 'preact/hooks'
import type { Execution, Task } from '../client/api.ts'
import { useRestoreFocus } from '../parts/restore-focus.ts'
import { Time } from '../parts/time.tsx'
import { ExecutionDetails } from './details.tsx'
import { ExecutionRow } from './row.tsx'
import { attemptLabel, bySlot, type Slot } from './slots.ts'

interface TableProps {
  readonly task: Task
  readonly executions: readonly Execution[]
  readonly busy: boolean
  /** The id of the opened execution, or ''. */
  readonly open: string
  /** The id of an execution that the reader has just started, or ''. */
  readonly awaited: string
  onOpen(id: string): void
  onRun(execution?: Execution): void
}

/** A table of executions, newest first, attempts at one slot grouped. */
export function ExecutionTable({ executions, busy, ...rest }: TableProps) {
  const table = useRef<HTMLTableElement>(null)
  useRestoreFocus(table)
  const isOpen = executions.some(({ status }) => status === 'queued' || status === 'started')
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
        <SlotRows key={slot.id} slot={slot} isOpen={isOpen} {...rest} />
      ))}
    </table>
  )
}

interface SlotProps extends Omit<TableProps, 'executions' | 'busy'> {
  readonly slot: Slot
  /** Whether an execution of the task runs or waits, so that no other can be asked for. */
  readonly isOpen: boolean
}

function SlotRows({ slot, isOpen, task, open, awaited, onOpen, onRun }: SlotProps) {
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
        const opened = execution.id === open
        return (
          <Fragment key={execution.id}>
            <ExecutionRow
              execution={execution}
              attempt={attemptLabel(execution, slot)}
              opened={opened}
              awaited={execution.id === awaited}
              onToggle={() => onOpen(opened ? '' : execution.id)}
            />
            {opened && (
              <tr class="details">
                <td colSpan={6}>
                  <ExecutionDetails execution={execution} task={task} isOpen={isOpen} onRun={onRun} />
                </td>
              </tr>
            )}
          </Fragment>
        )
      })}
    </tbody>
  )
}

import type { ComponentChildren } from 'preact'
import { useRef } from 'preact/hooks'
import { useRestoreFocus } from './restore-focus.ts'

interface RowsTableProps {
  /** Its classes beside `rows`. */
  readonly class: string
  readonly label: string
  /** Whether what it shows is being read anew. */
  readonly busy?: boolean
  /** The words above the columns. */
  readonly heads: readonly string[]
  /** Whether there is a last column with what can be done with a row. */
  readonly hasActions: boolean
  /** The rows. */
  readonly children: ComponentChildren
}

/** A table with a row for each thing of a list. It takes the focus when that was in a row that is gone. */
export function RowsTable({ class: kind, label, busy, heads, hasActions, children }: RowsTableProps) {
  const table = useRef<HTMLTableElement>(null)
  useRestoreFocus(table)
  return (
    <table class={`rows stacked ${kind}`} aria-label={label} aria-busy={busy} tabIndex={-1} ref={table}>
      <thead>
        <tr>
          {heads.map((words) => (
            <th key={words} scope="col">
              {words}
            </th>
          ))}
          {hasActions && (
            <th scope="col">
              <span class="unseen">Actions</span>
            </th>
          )}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  )
}

import type { ComponentChildren } from 'preact'
import type { Execution, Status } from '../client/api.ts'

/** One shape for each status, so that colour is not needed to tell them apart. */
const shapes: Readonly<Record<Status | Execution['status'], string>> = {
  active: 'M3 2l6 4-6 4z',
  paused: 'M2.5 2h2.4v8H2.5zM7.1 2h2.4v8H7.1z',
  disabled: 'M2 2h8v8H2zM3.4 3.4v5.2h5.2V3.4z',
  success: 'M1.4 6.4l1.3-1.3 2.1 2.1 4.5-4.6 1.3 1.3-5.8 5.9z',
  failed: 'M2.9 1.6L6 4.7l3.1-3.1 1.3 1.3L7.3 6l3.1 3.1-1.3 1.3L6 7.3l-3.1 3.1-1.3-1.3L4.7 6 1.6 2.9z',
  started: 'M1 4.9h2.2v2.2H1zM4.9 4.9h2.2v2.2H4.9zM8.8 4.9H11v2.2H8.8z',
  queued:
    'M6 1a5 5 0 100 10A5 5 0 006 1zm0 1.4a3.6 3.6 0 110 7.2 3.6 3.6 0 010-7.2zM5.3 3.5h1.4v2.3l1.4 1.3-.9 1-1.9-1.7z',
  skipped: 'M1.5 2l4 4-4 4zM6.5 2l4 4-4 4z',
}

interface BadgeProps {
  readonly status: Status | Execution['status']
  /** The word, if it is another than the status. */
  readonly children?: ComponentChildren
}

/** A status as shape and word. */
export function StatusBadge({ status, children = status }: BadgeProps) {
  return (
    <span class={`status-badge status-badge-${status}`}>
      <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
        <path fill-rule="evenodd" d={shapes[status]} />
      </svg>
      {children}
    </span>
  )
}

import type { Run } from '../client/runs.ts'

/** The columns of a saved file, in their order. */
const columns = [
  ...(['created_at', 'task_name', 'task_key', 'status', 'status_code', 'error', 'attempt', 'duration_ms'] as const),
  ...(['scheduled_for', 'started_at', 'missed_slots', 'task_id', 'id', 'slot_id'] as const),
]

/** Runs as CSV (RFC 4180) with a line of names. */
export function asCsv(runs: readonly Run[]): string {
  const lines = runs.map((run) => columns.map((column) => cell(run[column])).join(','))
  return `${[columns.join(','), ...lines].join('\r\n')}\r\n`
}

/**
 * A value of a line. A spreadsheet would take a text that begins with one of these characters for a formula, and names and errors
 * may come from others: an apostrophe makes it a text.
 */
function cell(value: string | number | null): string {
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** Runs as JSON, with all that the list has. */
export const asJson = (runs: readonly Run[]): string => `${JSON.stringify(runs, null, 2)}\n`

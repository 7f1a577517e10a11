import { useState } from 'preact/hooks'
import { type Report, undoChange } from '../client/bulk.ts'
import { counted } from '../format/labels.ts'
import { showErrorToast } from './toast.tsx'

interface ReportProps {
  readonly report: Report | undefined
  onReport(report: Report | undefined): void
  onChange(): void
}

/** Says what was done with many tasks, which were left out and why, and undoes it. It stays until it is closed or replaced. */
export function BulkReport({ report, onReport, onChange }: ReportProps) {
  const [busy, setBusy] = useState(false)
  const undo = async ({ before, undo: undoThis }: Report) => {
    // A move that is undone twice goes too far.
    if (busy) return
    setBusy(true)
    try {
      onReport(await (undoThis ? undoThis() : undoStatuses(before)))
      onChange()
    } catch (error) {
      showErrorToast('It was not undone, or not for all.', error)
    }
    setBusy(false)
  }
  const left = report?.left ?? report?.leftOut.length ?? 0
  const more = left - (report?.leftOut.length ?? 0)
  return (
    <div class="bulk-report" role="status">
      {report && (
        <>
          <p>
            <span>
              {report.text}
              {left > 0 && ` Left out ${counted(left, 'task')}:`}
            </span>
            {(report.undo || report.before.length > 0) && (
              <button type="button" aria-disabled={busy || undefined} onClick={() => undo(report)}>
                Undo
              </button>
            )}
            <button type="button" class="plain" onClick={() => onReport(undefined)}>
              Close
            </button>
          </p>
          {report.leftOut.length > 0 && (
            <ul>
              {report.leftOut.map(({ id, name, message }) => (
                <li key={id}>
                  <strong>{name ?? id}</strong>: {message}
                </li>
              ))}
              {more > 0 && <li>and {counted(more, 'task')} more</li>}
            </ul>
          )}
        </>
      )}
    </div>
  )
}

async function undoStatuses(before: Report['before']): Promise<Report> {
  const undone = await undoChange(before)
  return { text: `Undone: ${counted(undone, 'task')} as before.`, leftOut: [], before: [] }
}

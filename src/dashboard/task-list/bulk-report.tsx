import { type LeftOut, type StatusBefore, undoChange } from '../client/bulk.ts'
import { counted } from '../format/labels.ts'
import { showErrorToast } from '../parts/toast.tsx'

/** What was done with many tasks: a sentence, what was left out, and what is needed to undo it. */
export interface Report {
  readonly text: string
  readonly leftOut: readonly LeftOut[]
  readonly before: readonly StatusBefore[]
}

interface ReportProps {
  readonly report: Report | undefined
  onReport(report: Report | undefined): void
  onChange(): void
}

/** Says what was done with many tasks, which were left out and why, and undoes it. It stays until it is closed or replaced. */
export function BulkReport({ report, onReport, onChange }: ReportProps) {
  const undo = async (before: readonly StatusBefore[]) => {
    try {
      const undone = await undoChange(before)
      onReport({ text: `Undone: ${counted(undone, 'task')} as before.`, leftOut: [], before: [] })
      onChange()
    } catch (error) {
      showErrorToast('It was not undone, or not for all.', error)
    }
  }
  return (
    <div class="bulk-report" role="status">
      {report && (
        <>
          <p>
            <span>
              {report.text}
              {report.leftOut.length > 0 && ` Left out ${counted(report.leftOut.length, 'task')}:`}
            </span>
            {report.before.length > 0 && (
              <button type="button" onClick={() => undo(report.before)}>
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
            </ul>
          )}
        </>
      )}
    </div>
  )
}

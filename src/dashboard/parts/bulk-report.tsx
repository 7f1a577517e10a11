import { useState } from 'preact/hooks'
import type { Report } from '../client/bulk.ts'
import { counted } from '../format/labels.ts'
import { LeftOutList } from './left-out-list.tsx'
import { showErrorToast } from './toast.tsx'

interface ReportProps {
  readonly report: Report | undefined
  onReport(report: Report | undefined): void
  onChange(): void
}

/** Says what was done with many tasks, which were left out and why, and undoes it. It stays until it is closed or replaced. */
export function BulkReport({ report, onReport, onChange }: ReportProps) {
  const [busy, setBusy] = useState(false)
  const undo = async (work: NonNullable<Report['undo']>) => {
    // A move that is undone twice goes too far.
    if (busy) return
    setBusy(true)
    try {
      const { updated, ...rest } = await work()
      onReport({ text: `Undone: ${counted(updated, 'task')} as before.`, ...rest })
      onChange()
    } catch (error) {
      showErrorToast('It was not undone, or not for all.', error)
    }
    setBusy(false)
  }
  const left = report?.left ?? report?.left_out.length ?? 0
  const work = report?.undo
  return (
    <div class="bulk-report" role="status">
      {report && (
        <>
          <p>
            <span>
              {report.text}
              {left > 0 && ` Left out ${counted(left, 'task')}:`}
            </span>
            {work && (
              <button
                type="button"
                aria-disabled={busy || undefined}
                aria-busy={busy || undefined}
                onClick={() => undo(work)}
              >
                Undo
              </button>
            )}
            <button type="button" class="plain" onClick={() => onReport(undefined)}>
              Close
            </button>
          </p>
          <LeftOutList tasks={report.left_out} left={left} />
        </>
      )}
    </div>
  )
}

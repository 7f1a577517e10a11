import { useState } from 'preact/hooks'
import type { Execution } from '../client/api.ts'
import { stopExecution } from '../client/executions.ts'
import { tokenMay } from '../client/rights.ts'
import { ActButton } from '../parts/act-button.tsx'
import { FormDialog } from '../parts/form-dialog.tsx'
import { showErrorToast } from '../parts/toast.tsx'

interface StopProps {
  /** One that runs. */
  readonly execution: Execution
  /** Called when it is to be read again. */
  onAsked(): void
}

/** The button with which a person stops waiting for a run, after a question. While the run ends it says so. Nothing for who may not. */
export function StopWaiting({ execution, onAsked }: StopProps) {
  const [isAsking, setAsking] = useState(false)
  const [busy, setBusy] = useState(false)
  if (!tokenMay('run')) return null
  const isStopping = execution.stop_requested_at !== null
  const stop = async () => {
    setBusy(true)
    try {
      await stopExecution(execution)
    } catch (error) {
      showErrorToast('The run was not stopped.', error)
    }
    setBusy(false)
    setAsking(false)
    onAsked()
  }
  return (
    <>
      <div>
        <ActButton busy={isStopping} onAct={() => setAsking(true)}>
          {isStopping ? 'Stopping…' : 'Stop waiting'}
        </ActButton>
      </div>
      {isAsking && (
        <FormDialog
          name="stop"
          title="Stop waiting for this run?"
          intro="Duly closes the connection, and the run has failed. The target is not told, and may still be working. No retry follows; the next runs start as scheduled."
          verb="Stop waiting"
          busy={busy}
          onSubmit={() => {
            if (!busy) void stop()
          }}
          onCancel={() => setAsking(false)}
        >
          {null}
        </FormDialog>
      )}
    </>
  )
}

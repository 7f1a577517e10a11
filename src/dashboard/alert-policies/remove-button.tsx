import { useState } from 'preact/hooks'
import { ActButton } from '../parts/act-button.tsx'
import { OfService } from '../parts/of-service.tsx'
import { showErrorToast, showToast } from '../parts/toast.tsx'
import { useModal } from '../parts/use-modal.ts'

interface RemoveProps {
  /** What is removed: `the policy of team=billing`. */
  readonly name: string
  remove(): Promise<void>
  onRemoved(): void
}

/** A button that removes a policy, once a dialog has been confirmed. */
export function RemoveButton({ name, remove, onRemoved }: RemoveProps) {
  const [asking, setAsking] = useState(false)
  return (
    <>
      <button type="button" class="danger" aria-label={`Remove ${name}`} onClick={() => setAsking(true)}>
        Remove
      </button>
      {asking && <RemoveDialog name={name} remove={remove} onRemoved={onRemoved} onClose={() => setAsking(false)} />}
    </>
  )
}

function RemoveDialog({ name, remove, onRemoved, onClose }: RemoveProps & { onClose(): void }) {
  const [busy, setBusy] = useState(false)
  const dialog = useModal()
  const confirm = async () => {
    setBusy(true)
    try {
      await remove()
      showToast(`Removed ${name}.`)
      onClose()
      onRemoved()
    } catch (error) {
      showErrorToast(`Did not remove ${name}.`, error)
      onClose()
    }
  }
  return (
    <dialog ref={dialog} aria-labelledby="remove-title" onClose={onClose}>
      <h2 id="remove-title">Remove {name}?</h2>
      <p>Its tasks then have the policy of a label, the default of the service, or the one that Duly begins with.</p>
      <OfService />
      <div class="actions">
        <button type="button" onClick={() => dialog.current?.close()}>
          Cancel
        </button>
        <ActButton class="danger" busy={busy} onAct={confirm}>
          Remove policy
        </ActButton>
      </div>
    </dialog>
  )
}

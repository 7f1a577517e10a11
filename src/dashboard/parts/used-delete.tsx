import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { type ApiError, asApiError } from '../client/api.ts'
import { hrefOf, type Route } from '../client/route.ts'
import { ActButton } from './act-button.tsx'
import { Banner } from './banner.tsx'
import { OfService } from './of-service.tsx'
import { showToast } from './toast.tsx'
import { useModal } from './use-modal.ts'

interface DeleteProps {
  readonly name: string
  /** What it is, such as `flow`. */
  readonly noun: string
  /** The list of the tasks that use it. */
  readonly tasks: Route
  /** What a deletion leads to. */
  readonly children: ComponentChildren
  /** Deletes it. @throws ApiError, 404 if there is none, 409 if tasks use it */
  remove(): Promise<void>
  onDeleted(): void
  onCancel(): void
}

/** A dialog that deletes what tasks may use, and says which ones do if it is refused. What no longer exists counts as deleted. */
export function UsedDelete({ name, noun, tasks, children, remove, onDeleted, onCancel }: DeleteProps) {
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<ApiError>()
  const dialog = useModal()
  const act = async () => {
    setBusy(true)
    setProblem(undefined)
    try {
      await remove()
    } catch (error) {
      const refused = asApiError(error)
      if (refused.status !== 404) {
        setProblem(refused)
        return setBusy(false)
      }
    }
    showToast(`Deleted “${name}”.`)
    onDeleted()
  }
  return (
    <dialog ref={dialog} aria-labelledby="delete-title" onClose={onCancel}>
      <h2 id="delete-title">Delete “{name}”?</h2>
      <p>{children}</p>
      <OfService />
      {problem && (
        <Banner bad>
          {problem.message}
          {problem.status === 409 && <a href={hrefOf(tasks)}>Show its tasks</a>}
        </Banner>
      )}
      <div class="actions">
        <button type="button" onClick={() => dialog.current?.close()}>
          Cancel
        </button>
        <ActButton class="danger" busy={busy} onAct={act}>
          Delete {noun}
        </ActButton>
      </div>
    </dialog>
  )
}

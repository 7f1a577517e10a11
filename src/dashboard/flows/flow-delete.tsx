import { useState } from 'preact/hooks'
import { type ApiError, asApiError } from '../client/api.ts'
import { deleteFlow, type Flow } from '../client/flows.ts'
import { hrefOf, tasksOfFlowRoute } from '../client/route.ts'
import { ActButton } from '../parts/act-button.tsx'
import { Banner } from '../parts/banner.tsx'
import { OfService } from '../parts/of-service.tsx'
import { showToast } from '../parts/toast.tsx'
import { useModal } from '../parts/use-modal.ts'

interface DeleteProps {
  readonly flow: Flow
  onDeleted(): void
  onCancel(): void
}

/** A dialog that deletes a flow, and says which tasks name it if it is refused. One that no longer exists counts as deleted. */
export function FlowDelete({ flow, onDeleted, onCancel }: DeleteProps) {
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<ApiError>()
  const dialog = useModal()
  const { name, target } = flow
  const remove = async () => {
    setBusy(true)
    setProblem(undefined)
    try {
      await deleteFlow(name)
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
      <p>
        {target === null
          ? 'A flow that tasks name is not deleted.'
          : `Nothing limits the calls to ${target} any more. A flow that tasks name is not deleted.`}
      </p>
      <OfService />
      {problem && (
        <Banner bad>
          {problem.message}
          {problem.status === 409 && <a href={hrefOf(tasksOfFlowRoute(name))}>Show its tasks</a>}
        </Banner>
      )}
      <div class="actions">
        <button type="button" onClick={() => dialog.current?.close()}>
          Keep it
        </button>
        <ActButton class="danger" busy={busy} onAct={remove}>
          Delete flow
        </ActButton>
      </div>
    </dialog>
  )
}

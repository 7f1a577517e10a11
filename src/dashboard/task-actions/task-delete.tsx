import { useState } from 'preact/hooks'
import { type ApiError, asApiError, deleteTask } from '../client/api.ts'
import type { NamedTask } from '../client/bulk.ts'
import { inParallel } from '../client/in-parallel.ts'
import { counted } from '../format/labels.ts'
import { showErrorToast, showToast } from '../parts/toast.tsx'
import { TypedConfirm } from '../parts/typed-confirm.tsx'

interface TaskDeleteProps {
  readonly tasks: readonly NamedTask[]
  /** Called after at least one task was deleted. */
  onDeleted(): void
  onCancel(): void
}

/** A dialog that deletes one task after its name is typed, or several after their number is. */
export function TaskDelete({ tasks, onDeleted, onCancel }: TaskDeleteProps) {
  const [progress, setProgress] = useState<string>()
  const [first] = tasks
  const single = tasks.length === 1 && first
  const many = counted(tasks.length, 'task')

  const remove = async () => {
    const refusals: ApiError[] = []
    let gone = 0
    setProgress('Deleting…')
    await inParallel(tasks, async (task) => {
      const refusal = await removeOne(task)
      if (refusal) refusals.push(refusal)
      else gone++
      if (!single) setProgress(`Deleted ${gone} of ${many}…`)
    })
    const [refusal] = refusals
    if (!refusal) showToast(single ? `Deleted “${single.name}”.` : `Deleted ${many}.`)
    else if (single) showErrorToast(`“${single.name}” was not deleted.`, refusal)
    else showErrorToast(`Deleted ${gone} of ${many}, ${refusals.length} not.`, refusal)
    if (gone > 0) onDeleted()
    else onCancel()
  }

  return (
    <TypedConfirm
      title={single ? `Delete “${single.name}”?` : `Delete ${many}?`}
      expected={single ? single.name : `delete ${many}`}
      verb={single ? 'Delete task' : `Delete ${many}`}
      progress={progress}
      onConfirm={remove}
      onCancel={onCancel}
    >
      <p>
        {single
          ? 'It is not called any more, and its executions go with it.'
          : 'They are not called any more, and their executions go with them.'}{' '}
        This cannot be undone; pausing can.
      </p>
    </TypedConfirm>
  )
}

/** Deletes a task. One that no longer exists counts as deleted. @returns the error of any other failure */
async function removeOne(task: NamedTask): Promise<ApiError | undefined> {
  try {
    await deleteTask(task.id)
  } catch (error) {
    const refusal = asApiError(error)
    if (refusal.status !== 404) return refusal
  }
  return undefined
}

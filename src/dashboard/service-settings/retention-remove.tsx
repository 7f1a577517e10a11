import { useState } from 'preact/hooks'
import { ApiError } from '../client/api.ts'
import { deleteRetention, type LabelRetention, type Retention } from '../client/retention.ts'
import { showErrorToast, showToast } from '../parts/toast.tsx'
import { TypedConfirm } from '../parts/typed-confirm.tsx'
import { LossList } from './loss-list.tsx'
import { lossesOf } from './losses.ts'

interface RemoveProps {
  readonly retention: Retention
  readonly removed: LabelRetention
  onRemoved(): void
  onCancel(): void
}

/** A dialog that takes back the days of a label after the label is typed. Days that are no longer set count as taken back. */
export function RetentionRemove({ retention, removed: { label, kept }, onRemoved, onCancel }: RemoveProps) {
  const [progress, setProgress] = useState<string>()
  const losses = lossesOf(kept, retention.kept)
  const remove = async () => {
    setProgress('Removing…')
    try {
      await deleteRetention(label)
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 404)) {
        showErrorToast(`The days of ${label} were not removed.`, error)
        return onCancel()
      }
    }
    showToast(`Removed the days of ${label}.`)
    onRemoved()
  }
  return (
    <TypedConfirm
      title={`Remove the days of ${label}?`}
      expected={label}
      verb="Remove days"
      progress={progress}
      onConfirm={remove}
      onCancel={onCancel}
    >
      <p>Its tasks are then kept by the days of another of their labels, or by those of the service.</p>
      {losses.length > 0 && <LossList losses={losses} label={label} />}
    </TypedConfirm>
  )
}

import { useState } from 'preact/hooks'
import { ApiError } from '../client/api.ts'
import { type Channel, deleteChannel } from '../client/channels.ts'
import { showErrorToast, showToast } from '../parts/toast.tsx'
import { TypedConfirm } from '../parts/typed-confirm.tsx'

interface DeleteProps {
  readonly channel: Channel
  onDeleted(): void
  onCancel(): void
}

/** A dialog that deletes a channel after its name is typed. One that no longer exists counts as deleted. */
export function ChannelDelete({ channel, onDeleted, onCancel }: DeleteProps) {
  const [progress, setProgress] = useState<string>()
  const { id, name, kind } = channel
  const remove = async () => {
    setProgress('Deleting…')
    try {
      await deleteChannel(id)
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 404)) {
        showErrorToast(`“${name}” was not deleted.`, error)
        return onCancel()
      }
    }
    showToast(`Deleted “${name}”.`)
    onDeleted()
  }
  return (
    <TypedConfirm
      title={`Delete “${name}”?`}
      expected={name}
      verb="Delete channel"
      progress={progress}
      onConfirm={remove}
      onCancel={onCancel}
    >
      <p>
        Nothing is sent to it any more, messages that wait for it are dropped
        {kind === 'webhook' && ', and its secret is lost'}. This cannot be undone; switching it off can.
      </p>
    </TypedConfirm>
  )
}

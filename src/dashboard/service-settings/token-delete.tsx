import { useState } from 'preact/hooks'
import { ApiError } from '../client/api.ts'
import { loseSession, session } from '../client/session.ts'
import { deleteToken, type Token } from '../client/tokens.ts'
import { showErrorToast, showToast } from '../parts/toast.tsx'
import { TypedConfirm } from '../parts/typed-confirm.tsx'
import { utcDay } from './token-labels.ts'

interface DeleteProps {
  readonly token: Token
  /** Whether the reader is signed in with it. */
  readonly isOwn: boolean
  onDeleted(): void
  onCancel(): void
}

/**
 * A dialog that deletes a token after its name is typed. One that no longer exists counts as deleted. Without the token that the
 * reader is signed in with, the page asks for another one.
 */
export function TokenDelete({ token: { id, name, last_used_on }, isOwn, onDeleted, onCancel }: DeleteProps) {
  const [progress, setProgress] = useState<string>()
  const remove = async () => {
    setProgress('Deleting…')
    const used = session.value
    try {
      await deleteToken(id)
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 404)) {
        showErrorToast(`“${name}” was not deleted.`, error)
        return onCancel()
      }
    }
    showToast(`Deleted “${name}”.`)
    onDeleted()
    // It may be taken for another second.
    if (isOwn && used.kind === 'in') loseSession(used)
  }
  return (
    <TypedConfirm
      title={`Delete “${name}”?`}
      expected={name}
      verb="Delete token"
      progress={progress}
      onConfirm={remove}
      onCancel={onCancel}
    >
      {isOwn && (
        <p>
          <strong>You are signed in with it: you are signed out, and need another token to go on.</strong>
        </p>
      )}
      <p>
        Every request with it is refused within a second.{' '}
        {last_used_on === null ? 'It was never used.' : `It was used last on ${utcDay(last_used_on)}.`} This cannot be
        undone.
      </p>
    </TypedConfirm>
  )
}

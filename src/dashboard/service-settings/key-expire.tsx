import { useState } from 'preact/hooks'
import { ApiError } from '../client/api.ts'
import { expireSigningKey, type SigningKey } from '../client/signing-keys.ts'
import { showErrorToast, showToast } from '../parts/toast.tsx'
import { TypedConfirm } from '../parts/typed-confirm.tsx'
import { afterExpiry, targetLabel } from './key-labels.ts'

interface ExpireProps {
  readonly toExpire: SigningKey
  readonly keys: readonly SigningKey[]
  onExpired(): void
  onCancel(): void
}

/** A dialog that expires a signing key after its target is typed. One that no longer exists counts as expired. */
export function KeyExpire({ toExpire, keys, onExpired, onCancel }: ExpireProps) {
  const [progress, setProgress] = useState<string>()
  const target = targetLabel(toExpire)
  const expire = async () => {
    setProgress('Expiring…')
    try {
      await expireSigningKey(toExpire.id)
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 404)) {
        showErrorToast(`The key of ${target} did not expire.`, error)
        return onCancel()
      }
    }
    showToast(`The key of ${target} has expired.`)
    onExpired()
  }
  return (
    <TypedConfirm
      title={`Expire this key of ${target}?`}
      expected={target}
      verb="Expire key"
      progress={progress}
      onConfirm={expire}
      onCancel={onCancel}
    >
      <p>Within about a second nothing is signed with it. {afterExpiry(toExpire, keys)}</p>
    </TypedConfirm>
  )
}

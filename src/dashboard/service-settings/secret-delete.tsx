import { useState } from 'preact/hooks'
import { type ApiError, asApiError } from '../client/api.ts'
import { deleteSecret, type NamedSecret } from '../client/secrets.ts'
import { counted } from '../format/labels.ts'
import { Banner } from '../parts/banner.tsx'
import { showToast } from '../parts/toast.tsx'
import { TypedConfirm } from '../parts/typed-confirm.tsx'

interface DeleteProps {
  readonly secret: NamedSecret
  onDeleted(): void
  onCancel(): void
}

/** A dialog that deletes a secret after its name is typed, and says which tasks use it if it is refused. One that no longer exists counts as deleted. */
export function SecretDelete({ secret: { name, tasks }, onDeleted, onCancel }: DeleteProps) {
  const [progress, setProgress] = useState<string>()
  const [problem, setProblem] = useState<ApiError>()
  const remove = async () => {
    setProgress('Deleting…')
    setProblem(undefined)
    try {
      await deleteSecret(name)
    } catch (error) {
      const refused = asApiError(error)
      if (refused.status !== 404) {
        setProblem(refused)
        return setProgress(undefined)
      }
    }
    showToast(`Deleted “${name}”.`)
    onDeleted()
  }
  return (
    <TypedConfirm
      title={`Delete “${name}”?`}
      expected={name}
      verb="Delete secret"
      progress={progress}
      onConfirm={remove}
      onCancel={onCancel}
    >
      <p>
        {tasks > 0
          ? `${counted(tasks, 'task uses', 'tasks use')} it. A secret that tasks use is not deleted.`
          : 'No task uses it. Its value is lost.'}
      </p>
      {problem && <Banner bad>{problem.message}</Banner>}
    </TypedConfirm>
  )
}

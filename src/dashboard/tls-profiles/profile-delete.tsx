import { deleteTlsProfile } from '../client/tls-profiles.ts'
import { tasksOfTlsProfileRoute } from '../client/used-routes.ts'
import { UsedDelete } from '../parts/used-delete.tsx'

interface DeleteProps {
  readonly name: string
  onDeleted(): void
  onCancel(): void
}

/** A dialog that deletes a TLS profile. */
export function ProfileDelete({ name, onDeleted, onCancel }: DeleteProps) {
  return (
    <UsedDelete
      name={name}
      noun="TLS profile"
      tasks={tasksOfTlsProfileRoute(name)}
      remove={() => deleteTlsProfile(name)}
      onDeleted={onDeleted}
      onCancel={onCancel}
    >
      Its key cannot be got back. A TLS profile that tasks use is not deleted: give them another one, or none, first.
    </UsedDelete>
  )
}

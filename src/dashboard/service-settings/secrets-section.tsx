import { useState } from 'preact/hooks'
import { listSecrets, type NamedSecret } from '../client/secrets.ts'
import { usePolling } from '../client/use-polling.ts'
import { counted } from '../format/labels.ts'
import { Empty } from '../parts/empty.tsx'
import { RowsTable } from '../parts/rows-table.tsx'
import { Time } from '../parts/time.tsx'
import { SecretDelete } from './secret-delete.tsx'
import { referenceTo, SecretDialog } from './secret-dialog.tsx'
import { Section } from './section.tsx'

const pollSeconds = 30

/** The named secrets of the service: how many tasks use each, and when it was set. No value is shown. */
export function SecretsSection({ may }: { may: boolean }) {
  const read = usePolling(listSecrets, 'secrets', pollSeconds)
  /** The name of the secret that is being set; '' for a new one. */
  const [toSet, setToSet] = useState<string>()
  const [toDelete, setToDelete] = useState<NamedSecret>()
  const done = () => {
    setToSet(undefined)
    setToDelete(undefined)
    read.reload()
  }
  const add = may && (
    <button type="button" onClick={() => setToSet('')}>
      New secret
    </button>
  )
  return (
    <>
      <Section
        id="secrets"
        title="Secrets"
        action={add}
        read={read}
        hint={
          <>
            The request headers of tasks refer to a secret as <code>{referenceTo('NAME')}</code>. Values are stored
            encrypted, and shown nowhere.
          </>
        }
      >
        {(secrets) =>
          secrets.length === 0 ? (
            <Empty>No secret yet. What many tasks send, such as the password of an API, is set once here.</Empty>
          ) : (
            <Table
              secrets={secrets}
              busy={read.busy}
              act={may ? { set: setToSet, remove: (secret) => setToDelete(secret) } : undefined}
            />
          )
        }
      </Section>
      {toSet !== undefined && <SecretDialog replaced={toSet} onSaved={done} onCancel={() => setToSet(undefined)} />}
      {toDelete && <SecretDelete secret={toDelete} onDeleted={done} onCancel={() => setToDelete(undefined)} />}
    </>
  )
}

interface TableProps {
  readonly secrets: readonly NamedSecret[]
  readonly busy: boolean
  /** Undefined for a reader who may change none. */
  readonly act: { set(name: string): void; remove(secret: NamedSecret): void } | undefined
}

function Table({ secrets, busy, act }: TableProps) {
  return (
    <RowsTable
      class="settings secrets"
      label="Secrets"
      busy={busy}
      heads={['Secret', 'Used by', 'Value set']}
      hasActions={act !== undefined}
    >
      {secrets.map((secret) => (
        <tr key={secret.name}>
          <td>
            <span class="name code">{secret.name}</span>
          </td>
          <td class={secret.tasks === 0 ? 'quiet' : undefined}>
            <span class="only-narrow">used by </span>
            {secret.tasks === 0 ? 'no task' : counted(secret.tasks, 'task')}
          </td>
          <td>
            <span class="only-narrow">set </span>
            <Time at={secret.updated_at} />
          </td>
          {act && (
            <td class="cell-actions">
              <div class="actions">
                <button type="button" aria-label={`Replace ${secret.name}`} onClick={() => act.set(secret.name)}>
                  Replace…
                </button>
                <button
                  type="button"
                  class="danger"
                  aria-label={`Delete ${secret.name}`}
                  onClick={() => act.remove(secret)}
                >
                  Delete
                </button>
              </div>
            </td>
          )}
        </tr>
      ))}
    </RowsTable>
  )
}

import { useState } from 'preact/hooks'
import { tokenMay } from '../client/rights.ts'
import { hrefOf } from '../client/route.ts'
import { listTlsProfiles, type TlsProfileListed } from '../client/tls-profiles.ts'
import { usePolling } from '../client/use-polling.ts'
import { editTlsProfileRoute, tasksOfTlsProfileRoute } from '../client/used-routes.ts'
import { counted } from '../format/labels.ts'
import { ListScreen } from '../parts/list-screen.tsx'
import { RowsTable } from '../parts/rows-table.tsx'
import { Expiry } from './expiry.tsx'
import { ProfileDelete } from './profile-delete.tsx'

const pollSeconds = 30
const newProfile = hrefOf({ screen: 'new-tls-profile' })

/** The TLS profiles of the service: whom each names, until when its certificates hold, and which tasks use it. */
export function TlsProfilesScreen() {
  const mayWrite = tokenMay('write')
  const list = usePolling(listTlsProfiles, 'tls profiles', pollSeconds)
  const [toDelete, setToDelete] = useState<string>()
  return (
    <>
      <ListScreen
        title="TLS profiles"
        create={{ href: newProfile, words: 'New TLS profile' }}
        list={list}
        empty={
          <>
            No TLS profile yet. A TLS profile says how https targets are connected to: which certificate authority is
            trusted, and which client certificate is shown. {mayWrite && <a href={newProfile}>Create the first one</a>}
          </>
        }
      >
        {(profiles) => (
          <RowsTable
            class="tls-profiles"
            label="TLS profiles"
            busy={list.busy}
            heads={['TLS profile', 'Valid until', 'Used by']}
            hasActions={mayWrite}
          >
            {profiles.map((profile) => (
              <Row key={profile.name} profile={profile} mayWrite={mayWrite} onDelete={setToDelete} />
            ))}
          </RowsTable>
        )}
      </ListScreen>
      {toDelete !== undefined && (
        <ProfileDelete
          name={toDelete}
          onDeleted={() => {
            setToDelete(undefined)
            list.reload()
          }}
          onCancel={() => setToDelete(undefined)}
        />
      )}
    </>
  )
}

interface RowProps {
  readonly profile: TlsProfileListed
  readonly mayWrite: boolean
  onDelete(name: string): void
}

function Row({ profile, mayWrite, onDelete }: RowProps) {
  const { name, ca_expires_at, certificate_subject, certificate_expires_at, tasks } = profile
  return (
    <tr>
      <td class="cell-profile">
        <a class="name" href={hrefOf(editTlsProfileRoute(name))}>
          {name}
        </a>
        <span class="quiet line">
          {certificate_subject ?? (certificate_expires_at === null ? 'no client certificate' : 'a client certificate')}
        </span>
      </td>
      <td class="cell-expiry">
        {certificate_expires_at !== null && <Expiry what="Client certificate" at={certificate_expires_at} />}
        {ca_expires_at !== null && <Expiry what="Authority" at={ca_expires_at} />}
      </td>
      <td class="cell-tasks">
        {tasks === 0 ? (
          <span class="quiet">no task</span>
        ) : (
          <a href={hrefOf(tasksOfTlsProfileRoute(name))}>{counted(tasks, 'task')}</a>
        )}
      </td>
      {mayWrite && (
        <td class="cell-actions">
          <div class="actions">
            <a class="button" aria-label={`Edit ${name}`} href={hrefOf(editTlsProfileRoute(name))}>
              Edit
            </a>
            <button type="button" class="danger" aria-label={`Delete ${name}`} onClick={() => onDelete(name)}>
              Delete
            </button>
          </div>
        </td>
      )}
    </tr>
  )
}

import { useState } from 'preact/hooks'
import { hrefOf } from '../client/route.ts'
import { newSigningKeyRoute } from '../client/settings-routes.ts'
import { listSigningKeys, type SigningKey } from '../client/signing-keys.ts'
import { usePolling } from '../client/use-polling.ts'
import { localTime } from '../format/format-time.ts'
import { Empty } from '../parts/empty.tsx'
import { RowsTable } from '../parts/rows-table.tsx'
import { Time } from '../parts/time.tsx'
import { KeyExpire } from './key-expire.tsx'
import { isValid, targetLabel } from './key-labels.ts'
import { Section } from './section.tsx'

const pollSeconds = 30

/** The keys that sign the requests of tasks. No secret is shown. */
export function SigningSection({ may }: { may: boolean }) {
  const read = usePolling(listSigningKeys, 'signing keys', pollSeconds)
  const [toExpire, setToExpire] = useState<SigningKey>()
  const add = may && (
    <a class="button" href={hrefOf(newSigningKeyRoute)}>
      New signing key
    </a>
  )
  return (
    <Section
      id="signing-keys"
      title="Signing keys"
      action={add}
      read={read}
      hint="Requests are signed by Standard Webhooks, with each valid key. To replace a key without a refused request, create another one and give its secret to the receivers; the former one expires by itself."
    >
      {(keys) => (
        <>
          {keys.length === 0 ? (
            <Empty>
              No signing key: requests are sent unsigned. With one, a target knows that a request is from Duly, and was
              not changed.
            </Empty>
          ) : (
            <Table keys={keys} busy={read.busy} onExpire={may ? (key) => setToExpire(key) : undefined} />
          )}
          {toExpire && (
            <KeyExpire
              toExpire={toExpire}
              keys={keys}
              onExpired={() => {
                setToExpire(undefined)
                read.reload()
              }}
              onCancel={() => setToExpire(undefined)}
            />
          )}
        </>
      )}
    </Section>
  )
}

interface TableProps {
  readonly keys: readonly SigningKey[]
  readonly busy: boolean
  /** Undefined for a reader who may expire none. */
  onExpire: ((key: SigningKey) => void) | undefined
}

function Table({ keys, busy, onExpire }: TableProps) {
  return (
    <RowsTable
      class="settings signing"
      label="Signing keys"
      busy={busy}
      heads={['Requests to', 'Created', 'Signs']}
      hasActions={onExpire !== undefined}
    >
      {keys.map((key) => (
        <tr key={key.id}>
          <td>
            <span class={key.target === null ? 'name' : 'name code'}>{targetLabel(key)}</span>
          </td>
          <td>
            <span class="only-narrow">created </span>
            <Time at={key.created_at} />
          </td>
          <td class={isValid(key) ? undefined : 'quiet'}>
            <Validity of={key} />
          </td>
          {onExpire && (
            <td class="cell-actions">
              {isValid(key) && (
                <div class="actions">
                  <button
                    type="button"
                    class="danger"
                    aria-label={`Expire the key of ${targetLabel(key)}, created ${localTime(key.created_at)}`}
                    onClick={() => onExpire(key)}
                  >
                    Expire…
                  </button>
                </div>
              )}
            </td>
          )}
        </tr>
      ))}
    </RowsTable>
  )
}

function Validity({ of }: { of: SigningKey }) {
  const signs = <span class="only-narrow">signs </span>
  if (of.expires_at === null) return <>{signs}until another one is made</>
  return (
    <>
      {isValid(of) && signs}
      {isValid(of) ? 'until ' : 'expired '}
      <Time at={of.expires_at} />
    </>
  )
}

import { useState } from 'preact/hooks'
import type { Change } from '../client/api.ts'
import { tokenMay } from '../client/rights.ts'
import { allChangesRoute, hrefOf } from '../client/route.ts'
import { newTokenRoute } from '../client/settings-routes.ts'
import { listTokenMakers, listTokens, type OwnToken, type Token } from '../client/tokens.ts'
import { usePolling } from '../client/use-polling.ts'
import { Empty } from '../parts/empty.tsx'
import { RowsTable } from '../parts/rows-table.tsx'
import { Section } from './section.tsx'
import { TokenDelete } from './token-delete.tsx'
import { TokenRow } from './token-row.tsx'

const pollSeconds = 30

/** Reads the tokens, and who made them. */
async function readTokens(signal: AbortSignal) {
  const [tokens, makers] = await Promise.all([listTokens(signal), listTokenMakers(signal)])
  return { tokens, makers }
}

const hint = (
  <>
    The first token of the service is not listed, may do everything and does not expire:{' '}
    <code>duly service rotate-token</code> replaces it.{' '}
    <a href={hrefOf({ ...allChangesRoute, what: 'token_' })}>Who created and deleted tokens</a>
  </>
)

/** The tokens of the service: what each may do, until when, when it was used, and who made it. */
export function TokensSection({ own }: { own: OwnToken }) {
  const read = usePolling(readTokens, 'tokens', pollSeconds)
  const [toDelete, setToDelete] = useState<Token>()
  const may = tokenMay('write')
  const add = may && (
    <a class="button" href={hrefOf(newTokenRoute())}>
      New token
    </a>
  )
  return (
    <Section id="tokens" title="Tokens" action={add} read={read} hint={hint}>
      {(data) => (
        <>
          {data.tokens.length === 0 ? (
            <Empty>
              No token but the first one of the service. Give each program and each person one of their own, which may
              do no more than they need, and can be deleted alone.
            </Empty>
          ) : (
            <Table {...data} own={own} busy={read.busy} onDelete={may ? (token) => setToDelete(token) : undefined} />
          )}
          {toDelete && (
            <TokenDelete
              token={toDelete}
              isOwn={toDelete.id === own.id}
              onDeleted={() => {
                setToDelete(undefined)
                read.reload()
              }}
              onCancel={() => setToDelete(undefined)}
            />
          )}
        </>
      )}
    </Section>
  )
}

interface TableProps {
  readonly tokens: readonly Token[]
  readonly makers: readonly Change[]
  readonly own: OwnToken
  readonly busy: boolean
  /** Undefined for a reader who may delete none. */
  onDelete: ((token: Token) => void) | undefined
}

function Table({ tokens, makers, own, busy, onDelete }: TableProps) {
  return (
    <RowsTable
      class="settings tokens"
      label="Tokens"
      busy={busy}
      heads={['Token', 'May', 'Expires', 'Last used']}
      hasActions={onDelete !== undefined}
    >
      {tokens.map((token) => (
        <TokenRow
          key={token.id}
          token={token}
          makers={makers}
          isOwn={token.id === own.id}
          onDelete={onDelete && (() => onDelete(token))}
        />
      ))}
    </RowsTable>
  )
}

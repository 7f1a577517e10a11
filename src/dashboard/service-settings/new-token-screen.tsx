import { useState } from 'preact/hooks'
import { useOwnToken } from '../client/rights.ts'
import { hrefOf, type RouteOf } from '../client/route.ts'
import { serviceSettingsRoute } from '../client/settings-routes.ts'
import { type NewToken, readToken, type Token } from '../client/tokens.ts'
import { usePolling } from '../client/use-polling.ts'
import { ShownOnce } from '../parts/shown-once.tsx'
import { StaleBanner } from '../parts/stale-banner.tsx'
import { NewTokenForm } from './new-token-form.tsx'

/** The screen that creates a token, also one in place of another. The token is shown in place of the form, once. */
export function NewTokenScreen({ route: { from } }: { route: RouteOf<'new-token'> }) {
  const own = useOwnToken()
  const before = usePolling(async (signal) => (from === '' ? null : readToken(from, signal)), from)
  const [created, setCreated] = useState<NewToken>()
  const problem = own.problem ?? before.problem
  return (
    <>
      <p class="trail">
        <a href={hrefOf(serviceSettingsRoute)}>Service settings</a>
      </p>
      {created ? (
        <ShownOnce title={`Created “${created.name}”`} label="Token" value={created.token} next={serviceSettingsRoute}>
          {created.scopes.includes('read') && 'It signs in to this dashboard. '}
          The API takes it as <code>Authorization: Bearer</code> and the token.
          {before.data && ` “${before.data.name}” still counts: delete it when nothing sends it any more.`}
        </ShownOnce>
      ) : (
        <>
          <h1>{titleOf(before.data)}</h1>
          <StaleBanner problem={problem} />
          {!problem && !(own.data && before.data !== undefined) && <p class="quiet">Loading…</p>}
          {own.data && before.data !== undefined && (
            <NewTokenForm own={own.data} before={before.data} onCreated={setCreated} />
          )}
        </>
      )}
    </>
  )
}

const titleOf = (before: Token | null | undefined) => (before ? `New token in place of “${before.name}”` : 'New token')

import { readService } from '../client/overview.ts'
import { tokenMay, useOwnToken } from '../client/rights.ts'
import type { OwnToken } from '../client/tokens.ts'
import { usePolling } from '../client/use-polling.ts'
import { StaleBanner } from '../parts/stale-banner.tsx'
import { ServiceFacts } from './facts.tsx'
import { RetentionSection } from './retention-section.tsx'
import { SecretsSection } from './secrets-section.tsx'
import { SigningSection } from './signing-section.tsx'
import { TokensSection } from './tokens-section.tsx'

const pollSeconds = 30

/** What is set for the service. Who may change nothing sees it without buttons. */
export function ServiceScreen() {
  const own = useOwnToken()
  const service = usePolling(readService, 'service', pollSeconds)
  const problem = own.problem ?? service.problem
  return (
    <>
      <h1>Service settings</h1>
      <StaleBanner problem={problem} />
      {!(own.data && service.data) && !problem && <p class="quiet loading">Loading…</p>}
      {own.data && service.data && (
        <>
          <ServiceFacts service={service.data} own={own.data} onChange={service.reload} />
          <Sections own={own.data} />
        </>
      )}
    </>
  )
}

function Sections({ own }: { own: OwnToken }) {
  const may = tokenMay('write')
  return (
    <>
      <TokensSection own={own} />
      <SecretsSection may={may} />
      <SigningSection may={may} />
      <RetentionSection may={may} />
    </>
  )
}

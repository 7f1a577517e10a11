import type { Service } from '../../services/service-model.ts'
import { mayWrite } from '../client/rights.ts'
import type { OwnToken } from '../client/tokens.ts'
import { Fact } from '../parts/fact.tsx'
import { Time } from '../parts/time.tsx'
import { scopesLabel } from './token-labels.ts'

/** What the service is, and with which token the reader is signed in to it. */
export function ServiceFacts({ service: { id, name, created_at }, own }: { service: Service; own: OwnToken }) {
  return (
    <dl class="facts">
      <Fact name="Service">
        <bdi>{name}</bdi>
      </Fact>
      <Fact name="Id" class="code">
        {id}
      </Fact>
      <Fact name="Created">
        <Time at={created_at} />
      </Fact>
      <Fact name="Your token">
        <OwnTokenWords own={own} />
      </Fact>
    </dl>
  )
}

function OwnTokenWords({ own }: { own: OwnToken }) {
  const { id, name, scopes, expires_at } = own
  const isOperators = scopes.includes('operator')
  return (
    <>
      {id === null && !isOperators ? 'the first one of the service' : <bdi>{name}</bdi>}
      {isOperators ? ', of an operator' : `: ${scopesLabel(scopes)}`}
      {expires_at !== null && (
        <>
          , until <Time at={expires_at} />
        </>
      )}
      {!mayWrite(own) && <span class="quiet">. It changes nothing here.</span>}
    </>
  )
}

import type { Service } from '../../services/service-model.ts'
import type { Status } from '../client/api.ts'
import { readOverview } from '../client/overview.ts'
import { tokenMay } from '../client/rights.ts'
import { allTasksRoute, hrefOf, policiesRoute } from '../client/route.ts'
import type { OwnToken } from '../client/tokens.ts'
import { usePolling } from '../client/use-polling.ts'
import { count } from '../format/format-time.ts'
import { catchUpLabel } from '../format/labels.ts'
import { CatchUpLimit } from '../overview/catch-up-limit.tsx'
import { Fact } from '../parts/fact.tsx'
import { Time } from '../parts/time.tsx'
import { scopesLabel } from './token-labels.ts'

const pollSeconds = 30
const statuses: readonly Status[] = ['active', 'paused', 'disabled']

interface FactsProps {
  readonly service: Service
  /** The token that the reader is signed in with. */
  readonly own: OwnToken
  /** Called when something of the service was changed. */
  onChange(): void
}

/** What the service is, with which token the reader is signed in to it, and what holds for all its tasks. */
export function ServiceFacts({ service, own, onChange }: FactsProps) {
  const { id, name, created_at, catch_up_per_second: perSecond } = service
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
      <Fact name="Tasks">
        <TaskCounts />
      </Fact>
      <Fact name="After an outage">
        {catchUpLabel(perSecond)}
        <CatchUpLimit perSecond={perSecond} onChange={onChange} />
      </Fact>
      <Fact name="Alerts">
        <a href={hrefOf(policiesRoute)}>by the alert policies</a> of the service, of labels and of tasks
      </Fact>
    </dl>
  )
}

/** How many tasks there are of each status, each with a link to them. */
function TaskCounts() {
  const { data, problem } = usePolling((signal) => readOverview(signal, 1), 'overview', pollSeconds)
  if (!data) return <span class="quiet">{problem ? 'they could not be counted' : 'counting…'}</span>
  return (
    <>
      {statuses.map((status, index) => (
        <span key={status}>
          {index > 0 && ', '}
          <a href={hrefOf({ ...allTasksRoute, status })}>
            {count(data.tasks[status])} {status}
          </a>
        </span>
      ))}
    </>
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
      {!tokenMay('write') && <span class="quiet">. It changes nothing here.</span>}
    </>
  )
}

import { useEffect } from 'preact/hooks'
import { operatorCredentials } from '../client/operator.ts'
import { othersThan } from '../client/session.ts'
import { setTitle } from '../client/title.ts'
import { usePolling } from '../client/use-polling.ts'
import { counted } from '../format/labels.ts'
import { failingCount } from '../overview/failing-count.ts'
import { StaleBanner } from '../parts/stale-banner.tsx'
import { SwitchButton } from '../parts/switch-button.tsx'
import { outcomeLabel, total } from '../plots/figures.ts'
import { AllServices } from './all-services.tsx'
import { readServices, type ServiceState } from './read-services.ts'

const pollSeconds = 10

/** All services; without the token of an operator, those that the reader is signed in to. */
export function ServicesScreen() {
  const operator = operatorCredentials()
  return operator ? <AllServices operator={operator} /> : <KnownServices />
}

/** The services that the reader is signed in to, those with failing tasks first. */
function KnownServices() {
  const services = othersThan(undefined)
  const { data, problem } = usePolling(
    (signal) => readServices(services, signal),
    services.map(({ serviceId, token }) => serviceId + token).join(),
    pollSeconds,
  )
  const failing = (data ?? []).filter((one) => one.overview && failingCount(one.overview.failing_groups) > 0).length
  const unread = (data ?? []).filter(({ overview }) => !overview).length
  useEffect(() => {
    setTitle(failing > 0 ? `${counted(failing, 'service has', 'services have')} failing tasks` : 'Services')
  }, [failing])
  return (
    <>
      <h1>Services</h1>
      <StaleBanner problem={problem} />
      {!data && !problem && <p class="quiet loading">Loading…</p>}
      {data && (
        <>
          <p role="status">
            {failing === 0 ? 'No task is failing' : `${counted(failing, 'service has', 'services have')} failing tasks`}
            {unread === 0 ? '.' : `; ${counted(unread, 'service')} could not be read.`}
          </p>
          <table class="rows services" aria-label="Services">
            <thead>
              <tr>
                <th scope="col">Service</th>
                <th scope="col">Failing</th>
                <th scope="col">Late</th>
                <th scope="col">The last 24 hours</th>
                <th scope="col">The coming 24 hours</th>
              </tr>
            </thead>
            <tbody>
              {data.map((state) => (
                <Row key={state.service.serviceId} state={state} />
              ))}
            </tbody>
          </table>
        </>
      )}
      <p class="hint">
        These are the services that you are signed in to. Press the service's name at the top of the page to add one.
      </p>
    </>
  )
}

function Row({ state: { service, overview, problem } }: { state: ServiceState }) {
  const name = (
    <td class="name">
      <SwitchButton to={service} />
    </td>
  )
  if (!overview)
    return (
      <tr>
        {name}
        <td colSpan={4}>
          {problem?.status === 401 ? 'Its token no longer counts: sign in to it again.' : problem?.message}
        </td>
      </tr>
    )
  const failing = failingCount(overview.failing_groups)
  const coming = overview.upcoming.reduce((sum, one) => sum + one.count, 0)
  return (
    <tr>
      {name}
      <td class={failing > 0 ? 'is-failing' : 'quiet'}>
        {failing > 0 ? `${counted(failing, 'task')} failing` : 'none failing'}
      </td>
      <td class={overview.catch_up ? undefined : 'quiet'}>
        {overview.catch_up ? `${counted(overview.catch_up.late, 'run')} late` : 'none late'}
      </td>
      <td>{outcomeLabel(total(overview.hours))}</td>
      <td>
        {counted(coming, 'run')} of {counted(overview.tasks.active, 'active task')}
      </td>
    </tr>
  )
}

import { useEffect, useState } from 'preact/hooks'
import { isOperatorToken } from '../../http/token.ts'
import { listServices, type ServiceState } from '../client/operator.ts'
import { type Credentials, known } from '../client/session.ts'
import { setTitle } from '../client/title.ts'
import { useDebounced, usePolling } from '../client/use-polling.ts'
import { counted } from '../format/labels.ts'
import { Field } from '../parts/field.tsx'
import { StaleBanner } from '../parts/stale-banner.tsx'
import { SwitchButton } from '../parts/switch-button.tsx'
import { leaveSearch } from '../parts/use-escape.ts'
import { outcomeLabel } from '../plots/figures.ts'

const pollSeconds = 10
const limit = 100

/** All services of the installation, those with failing tasks first, for an operator. */
export function AllServices({ operator }: { operator: Credentials }) {
  const [typed, setTyped] = useState('')
  const search = useDebounced(typed.trim(), 200)
  const { data, problem } = usePolling(
    async (signal) => {
      const [failing, all] = await Promise.all([
        listServices(operator, { failing: 'true', search, limit }, signal),
        listServices(operator, { search, limit }, signal),
      ])
      // One that began to fail between the two answers is in both.
      const isListed = new Set(failing.records.map(({ id }) => id))
      const well = all.records.filter((one) => one.failing === 0 && !isListed.has(one.id))
      return { failing, well, isAll: all.next_cursor === null, search }
    },
    operator.token + search,
    pollSeconds,
  )
  const failing = data && `${data.failing.records.length}${data.failing.next_cursor === null ? '' : ' or more'}`
  useEffect(() => {
    setTitle(failing === undefined || failing === '0' ? 'Services' : `Services with failing tasks: ${failing}`)
  }, [failing])
  const services = data ? [...data.failing.records, ...data.well] : []
  return (
    <>
      <h1>Services</h1>
      <StaleBanner problem={problem} />
      <search class="filters run-filters">
        <Field id="service-search" label="Search">
          {(attributes) => (
            <input
              {...attributes}
              type="search"
              placeholder="Name"
              value={typed}
              onKeyDown={leaveSearch}
              onInput={(event) => setTyped(event.currentTarget.value)}
            />
          )}
        </Field>
      </search>
      {!data && !problem && <p class="quiet loading">Loading…</p>}
      {data && (
        <>
          <p role="status">
            {services.length === 0
              ? `No service${data.search === '' ? '' : ' matches'}.`
              : sentence(data.failing.records.length, failing ?? '', data.search)}
          </p>
          {services.length > 0 && (
            <table class="rows services" aria-label="Services">
              <thead>
                <tr>
                  <th scope="col">Service</th>
                  <th scope="col">Failing</th>
                  <th scope="col">Alerts</th>
                  <th scope="col">The last 24 hours</th>
                </tr>
              </thead>
              <tbody>
                {services.map((service) => (
                  <Row key={service.id} service={service} operator={operator} />
                ))}
              </tbody>
            </table>
          )}
          {!data.isAll && <p class="hint">There are more services: search for one by its name.</p>}
        </>
      )}
      <p class="hint">You read all services with the token of an operator, which changes nothing.</p>
    </>
  )
}

function sentence(failing: number, count: string, search: string): string {
  const of = search === '' ? '' : ' of those that match'
  if (failing === 0) return `No service${of} has failing tasks.`
  return failing === 1 ? `1 service${of} has failing tasks.` : `${count} services${of} have failing tasks.`
}

function Row({ service, operator }: { service: ServiceState; operator: Credentials }) {
  const { id, name, failing, alerts, late } = service
  // A token of the service itself may do more.
  const own = known.value.find(({ serviceId, token }) => serviceId === id && !isOperatorToken(token))
  return (
    <tr>
      <td class="name">
        <SwitchButton to={{ ...(own ?? { serviceId: id, token: operator.token }), name }} />
      </td>
      <td class={failing > 0 ? 'is-failing' : 'quiet'}>
        {failing > 0 ? `${counted(failing, 'task')} failing` : 'none failing'}
      </td>
      <td class={alerts > 0 ? undefined : 'quiet'}>
        {alerts > 0 ? `${counted(alerts, 'open alert')}${late > 0 ? `, ${late} late` : ''}` : 'no open alert'}
      </td>
      <td>{outcomeLabel(service)}</td>
    </tr>
  )
}

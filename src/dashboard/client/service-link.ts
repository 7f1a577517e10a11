import { signal } from '@preact/signals'
import { isUuid } from '../../formats/uuid.ts'
import { hrefOf, type Route } from './route.ts'
import { session } from './session.ts'

/** The id of the service that the address names; '' where it names none. Addresses that are not copied name none. */
export const linkedService = signal(serviceIn(location.hash))

/** The service of an address from its `#` on, or ''. */
export function serviceIn(hash: string): string {
  const [, query = ''] = hash.split(/\?(.*)/s)
  const id = new URLSearchParams(query).get('service') ?? ''
  return isUuid(id) ? id.toLowerCase() : ''
}

/** The whole address of a route for other readers: it names the service, because they may be in another one. */
export function linkTo(route: Route): string {
  const href = hrefOf(route)
  const now = session.value
  const service = now.kind === 'out' ? '' : `${href.includes('?') ? '&' : '?'}service=${now.serviceId}`
  return new URL(href + service, location.href).href
}

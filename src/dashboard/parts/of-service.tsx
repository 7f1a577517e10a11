import { serviceName } from '../client/title.ts'

/** Says in a dialog of which service it is, so that nobody changes something of another one. */
export function OfService() {
  const name = serviceName.value
  return name === undefined ? null : (
    <p class="quiet of-service">
      Service: <bdi>{name}</bdi>
    </p>
  )
}

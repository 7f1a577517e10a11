import { hrefOf, type Place, parsePlace } from './route.ts'
import { Store } from './store.ts'

/** The place the address bar shows. */
export const place = new Store<Place>(parsePlace(location.hash))

addEventListener('hashchange', () => place.set(parsePlace(location.hash)))

/** Goes to a place; the back button returns. */
export function go(to: Place): void {
  history.pushState(null, '', hrefOf(to))
  place.set(to)
}

/** Changes what the place shows without a step for the back button: a filter while it is typed. */
export function adjust(to: Place): void {
  history.replaceState(null, '', hrefOf(to))
  place.set(to)
}

import { hrefOf, parseRoute, type Route } from './route.ts'
import { Store } from './store.ts'

/** The place the address bar shows. */
export const currentRoute = new Store<Route>(parseRoute(location.hash))

addEventListener('hashchange', () => currentRoute.set(parseRoute(location.hash)))

/** Goes to a place; the back button returns. */
export function navigate(to: Route): void {
  history.pushState(null, '', hrefOf(to))
  currentRoute.set(to)
}

/** Changes what the place shows without a step for the back button: a filter while it is typed. */
export function replaceRoute(to: Route): void {
  history.replaceState(null, '', hrefOf(to))
  currentRoute.set(to)
}

import { signal } from '@preact/signals'
import { hrefOf, parseRoute, type Route } from './route.ts'

/** The route in the address bar. */
export const currentRoute = signal<Route>(parseRoute(location.hash))

addEventListener('hashchange', () => {
  currentRoute.value = parseRoute(location.hash)
})

/** Shows this route and adds it to the browser history: the back button returns. */
export function navigate(to: Route): void {
  history.pushState(null, '', hrefOf(to))
  currentRoute.value = to
}

/** Shows this route in place of the current one in the browser history: for a filter while it is typed. */
export function replaceRoute(to: Route): void {
  history.replaceState(null, '', hrefOf(to))
  currentRoute.value = to
}

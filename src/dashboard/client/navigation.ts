import { batch, signal } from '@preact/signals'
import { dropPlaces, keepPlace } from './kept-place.ts'
import { hrefOf, parseRoute, type Route } from './route.ts'
import { linkedService, serviceIn } from './service-link.ts'
import { askToLeave, isUnsaved } from './unsaved.ts'

/** The route in the address bar. */
export const currentRoute = signal<Route>(parseRoute(location.hash))

/** How many entries of the browser history of this page stand before the current one: by it Back and Forward are undone. */
let position = positionInHistory() ?? 0
/** The next change of the address undoes one that left something unsaved. */
let returning = false

addEventListener('hashchange', arrive)
addEventListener('click', follow)
stamp()

/** Shows this route and adds it to the browser history: the back button returns. Does not ask about what is unsaved. */
export function navigate(to: Route): void {
  keepPlace(position)
  position++
  dropPlaces(position)
  history.pushState({ position }, '', hrefOf(to))
  show(to)
}

/** Shows this route in place of the current one in the browser history: for a filter while it is typed. */
export function replaceRoute(to: Route): void {
  history.replaceState({ position }, '', hrefOf(to))
  show(to)
}

/** The address has changed by Back, Forward, a link, or by hand. If something is unsaved, it is changed back, and asked. */
function arrive(): void {
  if (returning) {
    returning = false
    return
  }
  const at = positionInHistory() ?? position + 1
  const steps = at - position
  if (isUnsaved() && steps !== 0) {
    returning = true
    history.go(-steps)
    askToLeave(() => history.go(steps))
    return
  }
  keepPlace(position)
  // A link has made a new entry.
  if (positionInHistory() === undefined) dropPlaces(at)
  position = at
  stamp()
  show(parseRoute(location.hash))
}

/** Takes over what stands in the address bar. */
function show(to: Route): void {
  batch(() => {
    currentRoute.value = to
    linkedService.value = serviceIn(location.hash)
  })
}

/** A press of a link to another screen asks before the address changes. */
function follow(event: MouseEvent): void {
  if (!isUnsaved() || event.defaultPrevented || event.button !== 0) return
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return
  const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>('a[href]') : null
  if (link?.target !== '' || link.hash === location.hash) return
  // Another document: the browser asks.
  if (link.href.replace(link.hash, '') !== location.href.replace(location.hash, '')) return
  event.preventDefault()
  const { hash } = link
  askToLeave(() => {
    location.hash = hash
  }, event.detail > 0)
}

/** How many entries of the browser history of this page stand before the current one. */
export const positionNow = (): number => position

function positionInHistory(): number | undefined {
  const at: unknown = history.state?.position
  return typeof at === 'number' ? at : undefined
}

function stamp(): void {
  if (positionInHistory() !== position) history.replaceState({ position }, '')
}

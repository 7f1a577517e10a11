import type { FunctionComponent } from 'preact'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import { restorePlace } from '../client/kept-place.ts'
import { currentRoute, positionNow, replaceRoute } from '../client/navigation.ts'
import { readService } from '../client/overview.ts'
import { tokenMay, useRights } from '../client/rights.ts'
import { home, hrefOf, type Route } from '../client/route.ts'
import { linkedService } from '../client/service-link.ts'
import { nameKnown, session, signOut } from '../client/session.ts'
import { serviceName, setTitle } from '../client/title.ts'
import { askToLeave } from '../client/unsaved.ts'
import { usePolling } from '../client/use-polling.ts'
import { later } from '../parts/later.tsx'
import { OutageBanner } from '../parts/stale-banner.tsx'
import { Toast } from '../parts/toast.tsx'
import { ZoneChoice } from '../parts/zone-choice.tsx'
import { LeaveDialog } from './leave-dialog.tsx'
import { MoreMenu } from './more-menu.tsx'
import { navigation, screens } from './screens.tsx'
import { ServicesMenu } from './services-menu.tsx'
import { SignIn } from './sign-in.tsx'

const OtherService = later(async () => (await import('./instead-of-screens.ts')).OtherService)

const NotAllowed = later(async () => (await import('./instead-of-screens.ts')).NotAllowed)

const watchSeconds = 5

/**
 * The whole page. Without a session it is the sign-in, and the address stays. After a lost session the screen is kept,
 * hidden behind the sign-in, with everything the reader has typed.
 */
export function App() {
  const now = session.value
  const shown = now.kind === 'in' ? now.serviceId : ''
  const before = useRef(shown)
  // The sign-in was removed, and with it the element that had the focus.
  useEffect(() => {
    if (shown && before.current !== shown) document.getElementById('main')?.focus({ preventScroll: true })
    before.current = shown
  }, [shown])
  if (now.kind === 'out') return <SignIn />
  const lost = now.kind === 'lost'
  return (
    <>
      {lost && <SignInAgain key="lost" serviceId={now.serviceId} />}
      <div hidden={lost} key={now.serviceId}>
        <Frame serviceId={now.serviceId} />
      </div>
      <LeaveDialog />
    </>
  )
}

/** The sign-in over the page. As a modal dialog it stands above one that was open when the session was lost. */
function SignInAgain({ serviceId }: { serviceId: string }) {
  const dialog = useRef<HTMLDialogElement>(null)
  const show = () => dialog.current?.showModal()
  // Before the sign-in chooses what has the focus.
  useLayoutEffect(show, [])
  return (
    <dialog ref={dialog} class="lost" aria-label="Sign in" onCancel={(event) => event.preventDefault()} onClose={show}>
      <SignIn lost={serviceId} />
    </dialog>
  )
}

function Frame({ serviceId }: { serviceId: string }) {
  const route = currentRoute.value
  // One that the reader is signed in to has been switched to.
  const linked = linkedService.value
  const main = useRef<HTMLElement>(null)
  // A token may not be allowed to read it: then the id stands in its place.
  const { data } = usePolling(readService, serviceId)
  const isOfAll = route.screen === 'services'
  // Until it is known which buttons there are, nothing is seen: none comes or goes, and nothing moves.
  const isKnown = useRights()
  const awaited = isKnown ? '' : ' awaited'
  useEffect(() => {
    // The screen of all services is none of one.
    serviceName.value = isOfAll ? undefined : data?.name
    if (data) nameKnown(serviceId, data.name)
    return () => {
      serviceName.value = undefined
    }
  }, [data?.name, isOfAll])
  const screen = `${route.screen} ${subjectOf(route)}`
  const shown = useRef(screen)
  // Before the effects of the screen, which may know a title that says more.
  useLayoutEffect(() => {
    if (linked === '') setTitle(screens[route.screen].title)
  }, [screen, linked])
  useEffect(() => {
    if (shown.current === screen) return
    shown.current = screen
    // Without preventScroll the focus would scroll the header out of view.
    main.current?.focus({ preventScroll: true })
    return restorePlace(positionNow())
  }, [screen])
  // Another page of the list begins at its top, as soon as it is drawn; the focus stays on the link to it.
  const page = pageOf(route)
  const before = useRef(page)
  useLayoutEffect(() => {
    const isOther = page !== undefined && before.current !== undefined && page !== before.current
    before.current = page
    if (isOther) return restorePlace(positionNow())
  }, [page])
  return (
    <>
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        Skip to the content
      </button>
      <header class="frame">
        <a class="wordmark" href={hrefOf(home)}>
          Duly
        </a>
        <nav aria-label="Main">
          {navigation.map((to) => (
            <a key={to.screen} href={hrefOf(to)} aria-current={route.screen === to.screen ? 'page' : undefined}>
              {screens[to.screen].title}
            </a>
          ))}
          <MoreMenu current={route.screen} />
        </nav>
        <span class={`account${awaited}`}>
          <ZoneChoice />
          <ServicesMenu serviceId={serviceId} name={data?.name} isOfAll={isOfAll} />
          <button type="button" class="plain" onClick={() => askToLeave(leave, true)}>
            Sign out
          </button>
        </span>
      </header>
      <main ref={main} id="main" class={`screen-${route.screen}${awaited}`} tabIndex={-1}>
        <OutageBanner />
        {isForm(route) && <Watch />}
        {linked === '' ? (
          <Screen route={route} isKnown={isKnown} key={screen} />
        ) : (
          <OtherService key={linked} linked={linked} own={data?.name ?? serviceId.slice(0, 8)} route={route} />
        )}
      </main>
      <Toast />
    </>
  )
}

/** Of what a screen is: with another one it begins anew, and shows nothing of the one before, neither its data nor what was typed. */
const subjectOf = (route: Route) =>
  isForm(route) || route.screen === 'calendar' ? hrefOf(route) : 'id' in route ? route.id : ''

/** What tells the pages of the list that fills a screen from each other; undefined for a screen that has none. */
const pageOf = (route: Route) =>
  route.screen === 'tasks' || route.screen === 'changes'
    ? route.page
    : route.screen === 'runs' || route.screen === 'alerts'
      ? route.cursor
      : undefined

/** What a form shows is read once. */
const isForm = ({ screen }: Route) => /^(new|edit)-|-policy$/.test(screen)

/** Asks whether the server can be reached, on screens that ask for nothing else again: an outage is told there too. */
function Watch() {
  usePolling(readService, 'watch', watchSeconds)
  return null
}

/** Signs out. The next reader who signs in begins at the overview, not at the last screen of this one. */
function leave(): void {
  replaceRoute(home)
  signOut()
}

interface ScreenProps {
  readonly route: Route
  /** Whether it is known what the token of the session may do. */
  readonly isKnown: boolean
}

function Screen({ route, isKnown }: ScreenProps) {
  // A form that was opened stays, with what was typed, when the session goes on with another token.
  const isOpened = useRef(false)
  const may = isOpened.current || !isOnlyForm(route) || tokenMay('write')
  if (isKnown && may) isOpened.current = true
  const { component, title } = screens[route.screen]
  if (!may) return <NotAllowed route={route} title={title} />
  // The table pairs each screen with the component for its route, which TypeScript cannot follow through a variable.
  const Component = component as FunctionComponent<{ route: Route }>
  return <Component route={route} />
}

/** Whether a screen is of use to who may change something only. The other forms show what they would change to all. */
const isOnlyForm = (route: Route) =>
  isForm(route) && route.screen !== 'edit-flow' && route.screen !== 'edit-tls-profile'

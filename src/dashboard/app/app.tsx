import { useEffect, useRef } from 'preact/hooks'
import { Changes } from '../changes/changes-screen.tsx'
import { currentRoute } from '../client/navigation.ts'
import { allChangesRoute, allTasksRoute, home, hrefOf, type Route } from '../client/route.ts'
import { session, signOut } from '../client/session.ts'
import { OverviewScreen } from '../overview/overview-screen.tsx'
import { Toast } from '../parts/toast.tsx'
import { TaskScreen } from '../task/task-screen.tsx'
import { EditTask } from '../task-form/edit-task-screen.tsx'
import { NewTask } from '../task-form/new-task-screen.tsx'
import { TaskList } from '../task-list/task-list-screen.tsx'
import { SignIn } from './sign-in.tsx'

/**
 * The whole page. Who is not signed in sees the sign-in, and the address stays as it is; a session that was lost keeps
 * its screen behind the sign-in, with all that was typed there.
 */
export function App() {
  const now = session.value
  const before = useRef(now.kind)
  // The sign-in is gone, and the focus with it.
  useEffect(() => {
    if (now.kind === 'in' && before.current !== 'in') document.getElementById('main')?.focus({ preventScroll: true })
    before.current = now.kind
  }, [now.kind])
  if (now.kind === 'out') return <SignIn />
  const lost = now.kind === 'lost'
  return (
    <>
      {lost && <SignIn key="lost" lost={now.serviceId} />}
      <div hidden={lost} key={now.serviceId}>
        <Frame serviceId={now.serviceId} />
      </div>
    </>
  )
}

const titles: Readonly<Record<Route['screen'], string>> = {
  overview: 'Overview',
  tasks: 'Tasks',
  'new-task': 'New task',
  task: 'Task',
  'edit-task': 'Edit task',
  changes: 'Changes',
  'not-found': 'No such page',
}

function Frame({ serviceId }: { serviceId: string }) {
  const at = currentRoute.value
  const main = useRef<HTMLElement>(null)
  const screen = `${at.screen} ${'id' in at ? at.id : 'from' in at ? at.from : ''}`
  const shown = useRef(screen)
  useEffect(() => {
    document.title = `${titles[at.screen]} · Duly`
    if (shown.current === screen) return
    shown.current = screen
    scrollTo(0, 0)
    // The focus would bring a long screen's own top to that of the window, and the head out of sight.
    main.current?.focus({ preventScroll: true })
  }, [screen, at.screen])
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
          <a href={hrefOf(home)} aria-current={at.screen === 'overview' ? 'page' : undefined}>
            Overview
          </a>
          <a href={hrefOf(allTasksRoute)} aria-current={at.screen === 'tasks' ? 'page' : undefined}>
            Tasks
          </a>
          <a href={hrefOf(allChangesRoute)} aria-current={at.screen === 'changes' ? 'page' : undefined}>
            Changes
          </a>
          <a href="swagger">API</a>
        </nav>
        <span class="account">
          <span class="code quiet" title={`Service ${serviceId}`}>
            {serviceId.slice(0, 8)}
          </span>
          <button
            type="button"
            class="plain"
            onClick={() => {
              // Whoever signs in next does not land on what this one looked at.
              history.replaceState(null, '', hrefOf(home))
              currentRoute.value = home
              signOut()
            }}
          >
            Sign out
          </button>
        </span>
      </header>
      <main ref={main} id="main" tabIndex={-1}>
        <Screen at={at} key={screen} />
      </main>
      <Toast />
    </>
  )
}

function Screen({ at }: { at: Route }) {
  switch (at.screen) {
    case 'overview':
      return <OverviewScreen at={at} />
    case 'tasks':
      return <TaskList at={at} />
    case 'new-task':
      return <NewTask at={at} />
    case 'task':
      return <TaskScreen at={at} />
    case 'edit-task':
      return <EditTask at={at} />
    case 'changes':
      return <Changes at={at} />
    case 'not-found':
      return (
        <>
          <h1>No such page</h1>
          <p class="empty">
            There is nothing at this address. <a href={hrefOf(allTasksRoute)}>Show all tasks</a>.
          </p>
        </>
      )
  }
}

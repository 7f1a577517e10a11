import { allTasksRoute, channelsRoute, hrefOf, policiesRoute, type Route, taskRoute } from '../client/route.ts'
import { serviceSettingsRoute } from '../client/settings-routes.ts'
import { calendarRoute, calendarsRoute, flowsRoute, tlsProfilesRoute } from '../client/used-routes.ts'

interface NotAllowedProps {
  readonly route: Route
  /** The title of the screen. */
  readonly title: string
}

/** In place of a form that nothing could be saved by: why, and where what it is about is shown. */
export function NotAllowed({ route, title }: NotAllowedProps) {
  return (
    <>
      <h1>{title}</h1>
      <p>
        The token that you are signed in with may not change anything of the service: that takes one with the scope
        write. <a href={hrefOf(shownAt(route))}>Go on reading</a>
      </p>
    </>
  )
}

/** Where what a form changes is shown, or listed. */
function shownAt(route: Route): Route {
  switch (route.screen) {
    case 'edit-task':
    case 'task-policy':
      return taskRoute(route.id)
    case 'edit-calendar':
      return calendarRoute(route.name)
    case 'new-calendar':
      return calendarsRoute
    case 'new-flow':
      return flowsRoute
    case 'new-tls-profile':
      return tlsProfilesRoute
    case 'new-channel':
      return channelsRoute
    case 'new-token':
    case 'new-signing-key':
      return serviceSettingsRoute
    case 'default-policy':
    case 'label-policy':
      return policiesRoute
    default:
      return allTasksRoute
  }
}

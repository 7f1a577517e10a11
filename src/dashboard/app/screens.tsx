import type { FunctionComponent } from 'preact'
import { allChangesRoute, allRunsRoute, allTasksRoute, home, openAlertsRoute, type Route } from '../client/route.ts'
import { calendarsRoute, flowsRoute, tlsProfilesRoute } from '../client/used-routes.ts'
import { OverviewScreen } from '../overview/overview-screen.tsx'
import { later } from '../parts/later.tsx'
import { TaskListScreen } from '../task-list/task-list-screen.tsx'
import { NotFoundScreen } from './not-found-screen.tsx'

type ScreenOf<S extends Route['screen']> = {
  /** Title of the document, until the screen sets one that says more. */
  readonly title: string
  readonly component: FunctionComponent<{ route: Route & { readonly screen: S } }>
}

/** A screen whose script is loaded when it is shown. */
const screen = <Props extends object>(load: () => Promise<FunctionComponent<Props>>) => later(load, undefined, true)

/** The title and the component of each screen. The addresses are in client/route.ts. */
export const screens: { readonly [S in Route['screen']]: ScreenOf<S> } = {
  overview: { title: 'Overview', component: OverviewScreen },
  tasks: { title: 'Tasks', component: TaskListScreen },
  'new-task': {
    title: 'New task',
    component: screen(async () => (await import('../task-form/edit-screens.ts')).NewTaskScreen),
  },
  task: { title: 'Task', component: screen(async () => (await import('../task/task-screen.tsx')).TaskScreen) },
  'edit-task': {
    title: 'Edit task',
    component: screen(async () => (await import('../task-form/edit-screens.ts')).EditTaskScreen),
  },
  runs: { title: 'Runs', component: screen(async () => (await import('../runs/runs-screen.tsx')).RunsScreen) },
  changes: {
    title: 'Changes',
    component: screen(async () => (await import('../changes/changes-screen.tsx')).ChangesScreen),
  },
  alerts: {
    title: 'Alerts',
    component: screen(async () => (await import('../alerts/alerts-screen.tsx')).AlertsScreen),
  },
  channels: {
    title: 'Channels',
    component: screen(async () => (await import('../channels/channels-screen.tsx')).ChannelsScreen),
  },
  'new-channel': {
    title: 'New channel',
    component: screen(async () => (await import('../channels/new-channel-screen.tsx')).NewChannelScreen),
  },
  policies: {
    title: 'Alert policies',
    component: screen(async () => (await import('../alert-policies/policies-screen.tsx')).PoliciesScreen),
  },
  'default-policy': {
    title: 'Default alert policy',
    component: screen(async () => (await import('../alert-policies/edit-screens.tsx')).DefaultPolicyScreen),
  },
  'label-policy': {
    title: 'Alert policy of a label',
    component: screen(async () => (await import('../alert-policies/edit-screens.tsx')).LabelPolicyScreen),
  },
  'task-policy': {
    title: 'Alert policy of a task',
    component: screen(async () => (await import('../alert-policies/edit-screens.tsx')).TaskPolicyScreen),
  },
  services: {
    title: 'Services',
    component: screen(async () => (await import('../services/services-screen.tsx')).ServicesScreen),
  },
  'service-settings': {
    title: 'Service settings',
    component: screen(async () => (await import('../service-settings/service-screen.tsx')).ServiceScreen),
  },
  'new-token': {
    title: 'New token',
    component: screen(async () => (await import('../service-settings/new-screens.ts')).NewTokenScreen),
  },
  'new-signing-key': {
    title: 'New signing key',
    component: screen(async () => (await import('../service-settings/new-screens.ts')).NewSigningKeyScreen),
  },
  flows: {
    title: 'Flows',
    component: screen(async () => (await import('../flows/flows-screen.tsx')).FlowsScreen),
  },
  'new-flow': {
    title: 'New flow',
    component: screen(async () => (await import('../flows/edit-screens.tsx')).NewFlowScreen),
  },
  'edit-flow': {
    title: 'Edit flow',
    component: screen(async () => (await import('../flows/edit-screens.tsx')).EditFlowScreen),
  },
  calendars: {
    title: 'Calendars',
    component: screen(async () => (await import('../calendars/calendars-screen.tsx')).CalendarsScreen),
  },
  calendar: {
    title: 'Calendar',
    component: screen(async () => (await import('../calendars/calendar-screen.tsx')).CalendarScreen),
  },
  'new-calendar': {
    title: 'New calendar',
    component: screen(async () => (await import('../calendars/edit-screens.tsx')).NewCalendarScreen),
  },
  'edit-calendar': {
    title: 'Edit calendar',
    component: screen(async () => (await import('../calendars/edit-screens.tsx')).EditCalendarScreen),
  },
  'tls-profiles': {
    title: 'TLS profiles',
    component: screen(async () => (await import('../tls-profiles/profiles-screen.tsx')).TlsProfilesScreen),
  },
  'new-tls-profile': {
    title: 'New TLS profile',
    component: screen(async () => (await import('../tls-profiles/edit-screens.tsx')).NewTlsProfileScreen),
  },
  'edit-tls-profile': {
    title: 'TLS profile',
    component: screen(async () => (await import('../tls-profiles/edit-screens.tsx')).EditTlsProfileScreen),
  },
  'not-found': { title: 'No such page', component: NotFoundScreen },
}

/** Where the links of the navigation lead, in their order. */
export const navigation: readonly Route[] = [
  home,
  allTasksRoute,
  allRunsRoute,
  flowsRoute,
  openAlertsRoute,
  allChangesRoute,
]

/** Where the links of the menu behind them lead. */
export const moreNavigation: readonly Route[] = [calendarsRoute, tlsProfilesRoute]

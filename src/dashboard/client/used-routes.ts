import { allTasksRoute, type RouteOf } from './route.ts'

/** The flows of the service. */
export const flowsRoute: RouteOf<'flows'> = { screen: 'flows' }

/** The empty form for a new flow. */
export const newFlowRoute: RouteOf<'new-flow'> = { screen: 'new-flow' }

/** The form of a flow. */
export const editFlowRoute = (name: string): RouteOf<'edit-flow'> => ({ screen: 'edit-flow', name })

/** The tasks that a flow limits, those that have waited longest first. */
export const tasksOfFlowRoute = (flow: string): RouteOf<'tasks'> => ({ ...allTasksRoute, flow, sort: 'scheduled_at' })

/** The calendars of the service. */
export const calendarsRoute: RouteOf<'calendars'> = { screen: 'calendars' }

/** The days of a calendar. */
export const calendarRoute = (name: string): RouteOf<'calendar'> => ({ screen: 'calendar', name })

/** The tasks that use a calendar. */
export const tasksOfCalendarRoute = (calendar: string): RouteOf<'tasks'> => ({ ...allTasksRoute, calendar })

/** The TLS profiles of the service. */
export const tlsProfilesRoute: RouteOf<'tls-profiles'> = { screen: 'tls-profiles' }

/** The form of a TLS profile. */
export const editTlsProfileRoute = (name: string): RouteOf<'edit-tls-profile'> => ({ screen: 'edit-tls-profile', name })

/** The tasks that use a TLS profile. */
export const tasksOfTlsProfileRoute = (tls_profile: string): RouteOf<'tasks'> => ({ ...allTasksRoute, tls_profile })

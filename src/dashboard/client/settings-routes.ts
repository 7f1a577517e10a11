import type { RouteOf } from './route.ts'

/** What is set for the service: tokens and the like. */
export const serviceSettingsRoute: RouteOf<'service-settings'> = { screen: 'service-settings' }

/** The form for a new token. @param from the id of the token in whose place it comes, or '' */
export const newTokenRoute = (from = ''): RouteOf<'new-token'> => ({ screen: 'new-token', from })

/** The form for a new signing key. */
export const newSigningKeyRoute: RouteOf<'new-signing-key'> = { screen: 'new-signing-key' }

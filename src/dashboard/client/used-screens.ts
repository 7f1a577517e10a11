import { text } from './params.ts'

/** The screens of what tasks use by its name: flows, calendars, TLS profiles. See route.ts. */
export const usedScreens = {
  flows: { path: 'flows', params: {} },
  'new-flow': { path: 'flows/new', params: {} },
  'edit-flow': { path: 'flows/edit', params: { name: text } },
  calendars: { path: 'calendars', params: {} },
  calendar: { path: 'calendars/show', params: { name: text } },
  'new-calendar': { path: 'calendars/new', params: {} },
  'edit-calendar': { path: 'calendars/edit', params: { name: text } },
  'tls-profiles': { path: 'tls-profiles', params: {} },
  'new-tls-profile': { path: 'tls-profiles/new', params: {} },
  'edit-tls-profile': { path: 'tls-profiles/edit', params: { name: text } },
} as const

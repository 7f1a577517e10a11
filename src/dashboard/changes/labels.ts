import type { Change } from '../client/api.ts'

/** Actions that are named in other words than their own. */
const actions: Readonly<Record<string, string>> = {
  task_created: 'Created',
  task_updated: 'Changed',
  task_deleted: 'Deleted',
  task_run: 'Run by hand',
  execution_stopped: 'Stopped waiting',
  service_updated: 'Service changed',
  token_rotated: 'Token replaced',
  tls_profile_set: 'TLS profile set',
  tls_profile_deleted: 'TLS profile deleted',
  task_set_deleted: 'Task set forgotten',
}

/** The action of an audit entry in a few words: `Secret set` for secret_set. */
export function actionLabel({ action }: Change): string {
  return actions[action] ?? action[0]?.toUpperCase() + action.slice(1).replaceAll('_', ' ')
}

/** When the server makes a change by itself. */
const occasions: Readonly<Record<string, string>> = {
  service_created: ', at its start',
  task_updated: ', at the end of a pause',
}

/** `token 3fa9c1d2 from 10.1.2.3`, `command line, user deploy`, `the server, at its start`. */
export function actorLabel({ actor, action, principal, address }: Change): string {
  if (actor === 'server') return `the server${occasions[action] ?? ''}`
  const from = address === null ? '' : ` from ${address}`
  if (actor === 'command_line') return principal === null ? 'command line' : `command line, user ${principal}`
  return `${[actor, principal].filter(Boolean).join(' ')}${from}`
}

/** The same in a sentence, without its place: `token 3fa9c1d2`, `the command line of the user deploy`, `the server`. */
export function byWhom({ actor, principal }: Pick<Change, 'actor' | 'principal'>): string {
  if (actor === 'server') return 'the server'
  if (actor === 'command_line') return `the command line${principal === null ? '' : ` of the user ${principal}`}`
  return [actor, principal].filter(Boolean).join(' ')
}

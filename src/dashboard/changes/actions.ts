import { actions } from '../../audit/actions.ts'

/** What changes can be of: with what their actions begin, and the words for it. */
export const whatChoices = [
  ['', 'Everything'],
  ['task_created', 'Tasks created'],
  ['task_updated', 'Tasks changed'],
  ['task_deleted', 'Tasks deleted'],
  ['task_run', 'Runs by hand'],
  ['execution_stopped', 'Stopped waiting'],
  ['task_set', 'Task sets'],
  ['flow', 'Flows'],
  ['calendar', 'Calendars'],
  ['alert', 'Alerts and policies'],
  ['channel', 'Channels'],
  ['token', 'Tokens'],
  ['secret', 'Secrets'],
  ['tls_profile', 'TLS profiles'],
  ['signing_key', 'Signing keys'],
  ['service', 'The service'],
] as const

/** The actions that begin with a text; none for '', which stands for all of them. */
export const actionsLike = (what: string): readonly string[] =>
  what === '' ? [] : actions.filter((action) => action.startsWith(what))

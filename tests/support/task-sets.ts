import { type Account, send } from './app.ts'

/** A task of a file. */
export const daily = { url: 'http://127.0.0.1:9/', method: 'POST', cron: '30 2 * * *', time_zone: 'Europe/Berlin' }

/** Requests about the task set `shop` of a service. @param owner returns the service */
export function requestsOf(owner: () => Account) {
  const ask =
    (what: string) =>
    (tasks: object, more: object = {}) =>
      send(owner(), 'POST', `/task-sets/shop/${what}`, { tasks, ...more })
  return {
    plan: ask('plan'),
    apply: ask('apply'),
    byKey: async (key: string) => (await send(owner(), 'GET', `/tasks/by-key/${encodeURIComponent(key)}`)).body,
  }
}

/** What a plan does, as `KEY ACTION`. */
export const actions = ({ body }: { body: { changes: { key: string; action: string }[] } }) =>
  body.changes.map(({ key, action }) => `${key} ${action}`)

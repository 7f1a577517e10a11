import { alertKinds } from '../client/alerts.ts'
import { navigate } from '../client/navigation.ts'
import { hrefOf, type RouteOf, taskRoute } from '../client/route.ts'
import { alertKindLabel } from '../format/alert-labels.ts'

const states = [
  ['', 'Open'],
  ['muted', 'Muted'],
  ['closed', 'Closed'],
  ['all', 'All'],
] as const

type Route = RouteOf<'alerts'>

/** State and kind of the alerts to list, and the task that they are of, if it is one. */
export function AlertFilters({ route, taskName }: { route: Route; taskName: string | undefined }) {
  const choose = (change: Partial<Route>) => navigate({ ...route, ...change, cursor: '' })
  return (
    <>
      <search class="filters alert-filters">
        <div class="field">
          <label for="state">State</label>
          <select id="state" value={route.state} onChange={(event) => choose({ state: event.currentTarget.value })}>
            {states.map(([state, words]) => (
              <option key={state} value={state}>
                {words}
              </option>
            ))}
          </select>
        </div>
        <div class="field">
          <label for="kind">Kind</label>
          <select id="kind" value={route.kind} onChange={(event) => choose({ kind: event.currentTarget.value })}>
            <option value="">All</option>
            {alertKinds.map((kind) => (
              <option key={kind} value={kind}>
                {alertKindLabel[kind].replace(/^./, (letter) => letter.toUpperCase())}
              </option>
            ))}
          </select>
        </div>
      </search>
      {route.task !== '' && (
        <p class="quiet">
          Only those of <a href={hrefOf(taskRoute(route.task))}>{taskName ?? 'one task'}</a>.{' '}
          <a href={hrefOf({ ...route, task: '', cursor: '' })}>Show those of all tasks</a>.
        </p>
      )}
    </>
  )
}

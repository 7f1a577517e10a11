import { alertKinds } from '../client/alerts.ts'
import { navigate } from '../client/navigation.ts'
import { hrefOf, type RouteOf, taskRoute } from '../client/route.ts'
import { alertKindLabel } from '../format/alert-labels.ts'
import { capital } from '../format/labels.ts'
import { ChoiceFilter } from '../parts/choice-filter.tsx'

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
        <ChoiceFilter
          id="state"
          label="State"
          value={route.state}
          choices={states}
          onChoose={(state) => choose({ state })}
        />
        <ChoiceFilter
          id="kind"
          label="Kind"
          value={route.kind}
          choices={[['', 'All'], ...alertKinds.map((kind) => [kind, capital(alertKindLabel[kind])] as const)]}
          onChoose={(kind) => choose({ kind })}
        />
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

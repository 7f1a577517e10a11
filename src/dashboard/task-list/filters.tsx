import { useRef } from 'preact/hooks'
import { statuses } from '../../task-fields/statuses.ts'
import type { Matching } from '../client/api.ts'
import { navigate, replaceRoute } from '../client/navigation.ts'
import type { RouteOf } from '../client/route.ts'
import { taskSearch } from '../client/search-words.ts'
import { capital } from '../format/labels.ts'
import { ChoiceFilter } from '../parts/choice-filter.tsx'
import { SearchField } from '../parts/search-field.tsx'

/** What the address of the list holds. */
export type TaskListRoute = RouteOf<'tasks'>

/** Which tasks an address lists. */
export function matchingOf(route: TaskListRoute): Matching {
  const { search, status, result, flow, calendar, tls_profile, error, host, label, key, task } = route
  return { search, status, result, flow, calendar, tls_profile, error, host, label, key, id: task }
}

const results = [
  ['', 'All'],
  ['failing', 'Failing'],
  ['well', 'Well'],
  ['never', 'Never run'],
] as const

const orders = [
  ['', 'Newest first'],
  ['created_at', 'Oldest first'],
  ['name', 'Name, A to Z'],
  ['-name', 'Name, Z to A'],
  ['scheduled_at', 'Next run, soonest first'],
  ['-scheduled_at', 'Next run, latest first'],
  ['-failing_since', 'Failing, newest first'],
  ['failing_since', 'Failing, longest first'],
] as const

/** Search, status, last result, and the order, which narrow screens show instead of the headings that sort. */
export function TaskListFilters({ route }: { route: TaskListRoute }) {
  const latest = useRef(route)
  latest.current = route
  const choose = (change: Partial<TaskListRoute>) => navigate({ ...route, ...change, page: 1 })
  return (
    <search class="filters task-filters">
      <SearchField
        id="search"
        placeholder="Name or URL, is:failing, err:503 …"
        kind={taskSearch}
        route={route}
        onSearch={(change) => replaceRoute({ ...latest.current, ...change, page: 1 })}
      />
      <ChoiceFilter
        id="status"
        label="Status"
        value={route.status}
        choices={[['', 'All'], ...statuses.map((status) => [status, capital(status)] as const)]}
        onChoose={(status) => choose({ status })}
      />
      <ChoiceFilter
        id="result"
        label="Last result"
        value={route.result}
        choices={results}
        onChoose={(result) => choose({ result })}
      />
      <ChoiceFilter
        id="order"
        label="Order"
        class="filter-order"
        value={route.sort === '-created_at' ? '' : route.sort}
        choices={orders}
        onChoose={(sort) => choose({ sort })}
      />
    </search>
  )
}

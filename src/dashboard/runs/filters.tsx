import { useRef } from 'preact/hooks'
import { navigate, replaceRoute } from '../client/navigation.ts'
import { hrefOf, type RouteOf, taskRoute } from '../client/route.ts'
import { runSearch, writeSearch } from '../client/search-words.ts'
import { resultChoices } from '../format/labels.ts'
import { ChoiceFilter } from '../parts/choice-filter.tsx'
import { PeriodFilter } from '../parts/period-filter.tsx'
import { PrintedFilter } from '../parts/printed-filter.tsx'
import { SearchField } from '../parts/search-field.tsx'

type Route = RouteOf<'runs'>

interface FiltersProps {
  readonly route: Route
  /** The name of the task that the runs are of, if it is known. */
  readonly taskName: string | undefined
}

/** Which runs to list: by result, time, error, host and label. Each is in the address. */
export function RunFilters({ route, taskName }: FiltersProps) {
  const choose = (change: Partial<Route>) => navigate({ ...route, ...change, cursor: '', open: '' })
  const latest = useRef(route)
  latest.current = route
  return (
    <>
      <search class="filters run-filters">
        <SearchField
          id="run-search"
          placeholder="Error, task:… host:… err:503"
          kind={runSearch}
          route={route}
          onSearch={(change) => replaceRoute({ ...latest.current, ...change, cursor: '', open: '' })}
        />
        <ChoiceFilter
          id="run-status"
          label="Result"
          value={route.status}
          choices={resultChoices}
          onChoose={(status) => choose({ status })}
        />
        <PeriodFilter id="run" value={route} onChoose={choose} />
      </search>
      <PrintedFilter
        words={[route.status && `result ${route.status}`, writeSearch({ ...route }, runSearch)]}
        value={route}
      />
      {route.task !== '' && (
        <p class="quiet">
          Only those of <a href={hrefOf(taskRoute(route.task))}>{taskName ?? 'one task'}</a>.{' '}
          <a href={hrefOf({ ...route, task: '', cursor: '' })}>Show those of all tasks</a>.
        </p>
      )}
    </>
  )
}

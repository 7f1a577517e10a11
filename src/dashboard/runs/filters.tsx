import { useRef } from 'preact/hooks'
import { navigate, replaceRoute } from '../client/navigation.ts'
import { hrefOf, type RouteOf, taskRoute, timeInRoute } from '../client/route.ts'
import { runSearch } from '../client/search-words.ts'
import { serverNow } from '../client/server-clock.ts'
import { resultChoices } from '../format/labels.ts'
import { fromWallClock, toWallClock } from '../format/zone.ts'
import { ChoiceFilter } from '../parts/choice-filter.tsx'
import { SearchField } from '../parts/search-field.tsx'
import { periods, timesOf } from './period.ts'

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
  const isCustom = route.period === '' && (route.from !== '' || route.to !== '')
  return (
    <>
      <search class="filters run-filters">
        <SearchField
          id="run-search"
          placeholder="Error, host:… label:… err:503"
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
        <ChoiceFilter
          id="run-period"
          label="Time"
          value={isCustom ? 'custom' : route.period}
          choices={[['', 'Any time'], ...periods, ['custom', 'From – to']]}
          onChoose={(period) => {
            // The times begin with those of the span that was shown.
            if (period !== 'custom') choose({ period, from: '', to: '' })
            else choose({ ...customTimes(route), period: '' })
          }}
        />
        {isCustom && (
          <>
            <TimeField id="run-from" label="From" value={route.from} onChoose={(from) => choose({ from })} />
            <TimeField id="run-to" label="Until" value={route.to} onChoose={(to) => choose({ to })} />
          </>
        )}
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

function customTimes(route: Route): Pick<Route, 'from' | 'to'> {
  const { from, to } = timesOf(route.period === '' ? { ...route, period: 'day' } : route, serverNow())
  return { from, to }
}

interface FieldProps {
  readonly id: string
  readonly label: string
  readonly value: string
  onChoose(value: string): void
}

/** The time of a datetime-local input, in the zone that is shown; '' if it is empty or incomplete. */
function timeOf(text: string): string {
  const clock = Date.parse(`${text}Z`)
  return Number.isNaN(clock) ? '' : timeInRoute(fromWallClock(clock))
}

/** A time by the clocks of the zone that is shown; '' for none. */
function TimeField({ id, label, value, onChoose }: FieldProps) {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="datetime-local"
        step={1}
        value={value === '' ? '' : new Date(toWallClock(Date.parse(value))).toISOString().slice(0, 19)}
        onChange={(event) => onChoose(timeOf(event.currentTarget.value))}
      />
    </div>
  )
}

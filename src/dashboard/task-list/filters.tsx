import { useEffect, useRef, useState } from 'preact/hooks'
import { statuses } from '../../task-fields/statuses.ts'
import { navigate, replaceRoute } from '../client/navigation.ts'
import type { RouteOf } from '../client/route.ts'
import { capital } from '../format/labels.ts'
import { ChoiceFilter } from '../parts/choice-filter.tsx'

/** How long the reader must pause typing before the search starts. */
const debounceMs = 200

/** What the address of the list holds. */
export type TaskListRoute = RouteOf<'tasks'>

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
  const [typed, setTyped] = useState(route.search)
  const sent = useRef(route.search)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => {
    // The back button or a link has changed the search.
    if (route.search !== sent.current) setTyped(route.search)
    sent.current = route.search
  }, [route.search])
  useEffect(() => () => clearTimeout(timer.current), [])
  const latest = useRef(route)
  latest.current = route
  const type = (text: string) => {
    setTyped(text)
    clearTimeout(timer.current)
    timer.current = setTimeout(() => {
      sent.current = text.trim()
      replaceRoute({ ...latest.current, search: text.trim(), page: 1 })
    }, debounceMs)
  }
  const choose = (change: Partial<TaskListRoute>) => {
    clearTimeout(timer.current)
    sent.current = typed.trim()
    navigate({ ...route, search: typed.trim(), ...change, page: 1 })
  }
  return (
    <search class="filters task-filters">
      <div class="field">
        <label for="search">Search</label>
        <input
          id="search"
          type="search"
          maxLength={200}
          placeholder="Name or URL"
          value={typed}
          onInput={(event) => type(event.currentTarget.value)}
        />
      </div>
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

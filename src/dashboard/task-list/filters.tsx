import { useEffect, useRef, useState } from 'preact/hooks'
import { statuses } from '../../task-fields/statuses.ts'
import { navigate, replaceRoute } from '../client/navigation.ts'
import type { RouteOf } from '../client/route.ts'

/** How long the reader must pause typing before the search starts. */
const debounceMs = 200

/** What the address of the list holds. */
export type TaskListRoute = RouteOf<'tasks'>

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
      <div class="field">
        <label for="status">Status</label>
        <select id="status" value={route.status} onChange={(event) => choose({ status: event.currentTarget.value })}>
          <option value="">All</option>
          {statuses.map((status) => (
            <option key={status} value={status}>
              {status.charAt(0).toUpperCase() + status.slice(1)}
            </option>
          ))}
        </select>
      </div>
      <div class="field">
        <label for="result">Last result</label>
        <select id="result" value={route.result} onChange={(event) => choose({ result: event.currentTarget.value })}>
          <option value="">All</option>
          <option value="failing">Failing</option>
          <option value="well">Well</option>
          <option value="never">Never run</option>
        </select>
      </div>
      <div class="field filter-order">
        <label for="order">Order</label>
        <select
          id="order"
          value={route.sort === '-created_at' ? '' : route.sort}
          onChange={(event) => choose({ sort: event.currentTarget.value })}
        >
          {orders.map(([sort, words]) => (
            <option key={sort} value={sort}>
              {words}
            </option>
          ))}
        </select>
      </div>
    </search>
  )
}

import { navigate } from '../client/navigation.ts'
import type { TaskListRoute } from './filters.tsx'

/** The headings of the list. Those that sort are buttons, and show the current order. @param mayAct whether rows are selected and have actions */
export function TaskListHeads({ route, mayAct }: { route: TaskListRoute; mayAct: boolean }) {
  return (
    <thead>
      <tr>
        {mayAct && (
          <th scope="col" class="head-select">
            <span class="unseen">Select</span>
          </th>
        )}
        <th scope="col" class="head-status">
          Status
        </th>
        <SortHead route={route} column="name">
          Task
        </SortHead>
        <SortHead route={route} column="failing_since" class="head-results" first="-failing_since">
          Last results
        </SortHead>
        <th scope="col" class="head-schedule">
          Schedule
        </th>
        <SortHead route={route} column="scheduled_at" class="head-next">
          Next run
        </SortHead>
        <SortHead route={route} column="created_at" class="head-created">
          Created
        </SortHead>
        {mayAct && (
          <th scope="col" class="head-actions">
            <span class="unseen">Actions</span>
          </th>
        )}
      </tr>
    </thead>
  )
}

interface SortHeadProps {
  readonly route: TaskListRoute
  readonly class?: string
  readonly column: 'name' | 'scheduled_at' | 'created_at' | 'failing_since'
  /** The order that the first press asks for; ascending by default. */
  readonly first?: '-failing_since'
  readonly children: string
}

const newestFirst = '-created_at'

function SortHead({ route, column, class: name, first, children }: SortHeadProps) {
  const sort = route.sort || newestFirst
  const order = sort === column ? 'ascending' : sort === `-${column}` ? 'descending' : undefined
  const next = order === undefined ? (first ?? column) : order === 'ascending' ? `-${column}` : column
  return (
    <th scope="col" class={name} aria-sort={order}>
      <button
        type="button"
        class="sort"
        onClick={() => navigate({ ...route, sort: next === newestFirst ? '' : next, page: 1 })}
      >
        {children}
        <svg viewBox="0 0 8 12" width="8" height="12" aria-hidden="true">
          <path class={order === 'ascending' ? 'sort-on' : undefined} d="M4 0l4 5H0z" />
          <path class={order === 'descending' ? 'sort-on' : undefined} d="M4 12l4-5H0z" />
        </svg>
      </button>
    </th>
  )
}

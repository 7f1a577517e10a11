import { navigate } from '../client/navigation.ts'
import type { TaskListRoute } from './filters.tsx'

/** The headings of the list. Those that sort are buttons, and show the current order. */
export function TaskListHeads({ route }: { route: TaskListRoute }) {
  return (
    <thead>
      <tr>
        <th scope="col">
          <span class="unseen">Select</span>
        </th>
        <th scope="col">Status</th>
        <SortHead route={route} column="name">
          Task
        </SortHead>
        <SortHead route={route} column="failing_since" first="-failing_since">
          Last results
        </SortHead>
        <th scope="col">Schedule</th>
        <SortHead route={route} column="scheduled_at">
          Next run
        </SortHead>
        <SortHead route={route} column="created_at">
          Created
        </SortHead>
        <th scope="col">
          <span class="unseen">Actions</span>
        </th>
      </tr>
    </thead>
  )
}

interface SortHeadProps {
  readonly route: TaskListRoute
  readonly column: 'name' | 'scheduled_at' | 'created_at' | 'failing_since'
  /** The order that the first press asks for; ascending by default. */
  readonly first?: '-failing_since'
  readonly children: string
}

const newestFirst = '-created_at'

function SortHead({ route, column, first, children }: SortHeadProps) {
  const sort = route.sort || newestFirst
  const order = sort === column ? 'ascending' : sort === `-${column}` ? 'descending' : undefined
  const next = order === undefined ? (first ?? column) : order === 'ascending' ? `-${column}` : column
  return (
    <th scope="col" aria-sort={order}>
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

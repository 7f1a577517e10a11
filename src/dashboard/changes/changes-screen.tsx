import { type Change, listChanges } from '../client/api.ts'
import { allChangesRoute, hrefOf, type RouteOf, taskRoute } from '../client/route.ts'
import { serverNow } from '../client/server-clock.ts'
import { usePolling } from '../client/use-polling.ts'
import { Empty } from '../parts/empty.tsx'
import { Pager } from '../parts/pager.tsx'
import { StaleBanner } from '../parts/stale-banner.tsx'
import { ChangeFilters, filterOf, isFiltered } from './change-filters.tsx'
import { ChangeTable } from './change-table.tsx'

const pageSize = 20
const pollSeconds = 30

/** The changes of the service that match the filters, newest first: of its tasks, deleted ones included, and of all else. */
export function ChangesScreen({ route }: { route: RouteOf<'changes'> }) {
  const { data, problem, busy } = usePolling(
    (signal) => listChanges(undefined, { page: route.page, count: pageSize, ...filterOf(route, serverNow()) }, signal),
    hrefOf(route),
    pollSeconds,
  )
  const records = data?.records ?? []
  return (
    <>
      <h1>Changes</h1>
      <ChangeFilters route={route} taskName={records.find(({ task_id }) => task_id === route.task)?.name} />
      <StaleBanner problem={problem} />
      {!data && !problem && <p class="quiet loading">Loading…</p>}
      {data && records.length > 0 && <ChangeTable label="Changes" changes={records} busy={busy} subject={subjectOf} />}
      {data && records.length === 0 && (
        <Empty>
          {data.total_count > 0 ? (
            <>
              This page is empty. <a href={hrefOf({ ...route, page: 1 })}>Show the newest changes</a>.
            </>
          ) : isFiltered(route) ? (
            <>
              No change matches, of those that are kept. <a href={hrefOf(allChangesRoute)}>Show all changes</a>.
            </>
          ) : (
            'Nothing was changed in the time for which changes are kept.'
          )}
        </Empty>
      )}
      {data && data.total_count > 0 && (
        <Pager
          label="Pages of changes"
          noun="change"
          page={route.page}
          size={pageSize}
          total={data.total_count}
          to={(page) => ({ ...route, page })}
        />
      )}
    </>
  )
}

/** What a change is of: a link to the task, which says so if it was deleted; the name of a token or a secret. */
function subjectOf({ action, task_id, name }: Change) {
  if (task_id === null) return /^(service_|token_rotated$)/.test(action) ? null : name
  const link = <a href={hrefOf(taskRoute(task_id))}>{name}</a>
  if (action !== 'task_deleted') return link
  return (
    <>
      {link} <span class="code quiet">{task_id}</span>
    </>
  )
}

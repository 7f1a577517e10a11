import { type Change, listChanges } from '../client/api.ts'
import { allChangesRoute, hrefOf, type RouteOf, taskRoute } from '../client/route.ts'
import { usePolling } from '../client/use-polling.ts'
import { Empty } from '../parts/empty.tsx'
import { Pager } from '../parts/pager.tsx'
import { StaleBanner } from '../parts/stale-banner.tsx'
import { ChangeTable } from './change-table.tsx'

const pageSize = 20
const pollSeconds = 30

/** The changes of the service, newest first: of its tasks, deleted ones included, and of its token. */
export function ChangesScreen({ route }: { route: RouteOf<'changes'> }) {
  const { data, problem, busy } = usePolling(
    (signal) => listChanges(undefined, { page: route.page, count: pageSize }, signal),
    String(route.page),
    pollSeconds,
  )
  const records = data?.records ?? []
  return (
    <>
      <h1>Changes</h1>
      <StaleBanner problem={problem} />
      {!data && !problem && <p class="quiet loading">Loading…</p>}
      {data && records.length > 0 && <ChangeTable label="Changes" changes={records} busy={busy} subject={subjectOf} />}
      {data && records.length === 0 && (
        <Empty>
          {data.total_count === 0 ? (
            'Nothing was changed in the time for which changes are kept.'
          ) : (
            <>
              This page is empty. <a href={hrefOf(allChangesRoute)}>Show the newest changes</a>.
            </>
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

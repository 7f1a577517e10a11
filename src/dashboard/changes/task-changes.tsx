import { listChanges } from '../client/api.ts'
import { replaceRoute } from '../client/navigation.ts'
import { changesOfTaskRoute, hrefOf, type RouteOf } from '../client/route.ts'
import { usePolling } from '../client/use-polling.ts'
import { Empty } from '../parts/empty.tsx'
import { Pager } from '../parts/pager.tsx'
import { isUnreachable, StaleBanner } from '../parts/stale-banner.tsx'
import { ChangeTable } from './change-table.tsx'

const pageSize = 10
/** A change of the task reloads at once; this is for a load that failed. */
const pollSeconds = 30

interface ChangesProps {
  readonly route: RouteOf<'task'>
  /** The version of the task that is shown: the changes are loaded again with each. */
  readonly version: string
}

/** The changes of a task, newest first, loaded when the reader opens the section. The address says whether it is open. */
export function TaskChanges({ route, version }: ChangesProps) {
  const open = route.changes > 0
  return (
    <section aria-labelledby="changes">
      <details
        open={open}
        onToggle={(event) => {
          // This event also follows when the address has opened the section.
          if (event.currentTarget.open !== open) replaceRoute({ ...route, changes: open ? 0 : 1 })
        }}
      >
        <summary id="changes-summary">
          <h2 id="changes">Changes</h2>
        </summary>
        {open && <Opened route={route} version={version} />}
      </details>
    </section>
  )
}

/** Scrolls to the section and moves the focus there. */
export function showChanges(): void {
  const summary = document.getElementById('changes-summary')
  summary?.focus({ preventScroll: true })
  summary?.scrollIntoView()
}

function Opened({ route, version }: ChangesProps) {
  const { data, problem, busy } = usePolling(
    (signal) => listChanges(route.id, { page: route.changes, count: pageSize }, signal),
    `${route.id} ${route.changes} ${version}`,
    pollSeconds,
  )
  return (
    <>
      {!isUnreachable(problem) && <StaleBanner problem={problem} />}
      {!data && !problem && <p class="quiet">Loading…</p>}
      {data && data.total_count > pageSize && (
        <p class="quiet">
          <a href={hrefOf(changesOfTaskRoute(route.id))}>Find its changes</a> by who, what and time.
        </p>
      )}
      {data && data.records.length > 0 && <ChangeTable label="Changes" changes={data.records} busy={busy} />}
      {data && data.records.length === 0 && (
        <Empty>
          {data.total_count === 0 ? (
            'No change is on record: it was last changed before changes were recorded, or longer ago than they are kept.'
          ) : (
            <>
              This page is empty. <a href={hrefOf({ ...route, changes: 1 })}>Show the newest changes</a>.
            </>
          )}
        </Empty>
      )}
      {data && data.total_count > 0 && (
        <Pager
          label="Pages of changes"
          noun="change"
          page={route.changes}
          size={pageSize}
          total={data.total_count}
          to={(next) => ({ ...route, changes: next })}
        />
      )}
    </>
  )
}

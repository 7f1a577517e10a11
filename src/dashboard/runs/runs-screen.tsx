import { useEffect, useRef, useState } from 'preact/hooks'
import { allRunsRoute, hrefOf, type RouteOf } from '../client/route.ts'
import { listRuns, type Run } from '../client/runs.ts'
import { serverNow } from '../client/server-clock.ts'
import { usePolling } from '../client/use-polling.ts'
import { useHeld } from '../executions/use-held.ts'
import { counted } from '../format/labels.ts'
import { Empty } from '../parts/empty.tsx'
import { LookElsewhere } from '../parts/look-elsewhere.tsx'
import { StaleBanner } from '../parts/stale-banner.tsx'
import { useWide } from '../parts/use-wide.ts'
import { RunActions } from './actions.tsx'
import { AgainDialog } from './again-dialog.tsx'
import { Failures, useFailures } from './failures.tsx'
import { filterOf } from './filter-of.ts'
import { RunFilters } from './filters.tsx'
import { OpenedRun } from './opened-run.tsx'
import { RunTable } from './table.tsx'

const pageSize = 100
const pollSeconds = 10
/** So long the list waits for the count of failures above it, in ms, so that it does not move. */
const patienceMs = 1_000

type Route = RouteOf<'runs'>

/** The runs of all tasks that match the filters, newest first, and the one that is open beside them. */
export function RunsScreen({ route }: { route: Route }) {
  const { status, cursor, open } = route
  const isWide = useWide()
  const [again, setAgain] = useState<Run>()
  const key = hrefOf({ ...route, open: '' })
  const {
    data: fresh,
    problem,
    busy,
    reload,
  } = usePolling(
    async (signal) => {
      const filter = filterOf(route, serverNow())
      return { key, filter, ...(await listRuns({ ...filter, status, cursor, limit: pageSize }, signal)) }
    },
    key,
    // A later page stays as it is read.
    cursor === '' ? pollSeconds : undefined,
  )
  // What is read below its row stays where it is; beside the list it does so anyway.
  const holds = !isWide && open !== ''
  const { data, newer, isMore, released, showNewer } = useHeld(fresh, open.split('.')[1] ?? '', true, holds)
  const runs = data?.records ?? []
  const opened = open !== '' && <OpenedRun key={open} open={open} route={route} onRun={reload} />
  const isListed = runs.some(({ task_id, id }) => `${task_id}.${id}` === open)
  const failures = useFailures(route, holds, released)
  const table = useRef<HTMLTableElement>(null)
  const [isPatient, setPatient] = useState(true)
  const isRead = data !== undefined || problem !== undefined
  const isReady = isRead && (failures !== undefined || !isPatient)
  // Once it is shown it does not go away again.
  useEffect(() => {
    const timer = isRead ? setTimeout(() => setPatient(false), isReady ? 0 : patienceMs) : undefined
    return () => clearTimeout(timer)
  }, [isRead, isReady])
  return (
    <>
      <div class="title">
        <h1>Runs</h1>
        {/* It has its place before it is needed: it must not move what is read. */}
        {holds && (
          <button
            type="button"
            class="plain"
            style={{ visibility: newer > 0 ? 'visible' : 'hidden' }}
            onClick={() => {
              showNewer()
              // The button goes out of sight, and the focus with it.
              table.current?.focus({ preventScroll: true })
            }}
          >
            {counted(newer, 'newer run')}
            {isMore && ' or more'}
            <span class="unseen"> to show in the list</span>
          </button>
        )}
        {data && runs.length > 0 && <RunActions route={route} filter={data.filter} onRun={reload} />}
      </div>
      <RunFilters route={route} taskName={runs.find(({ task_id }) => task_id === route.task)?.task_name} />
      <StaleBanner problem={problem} />
      {isReady ? (
        <>
          {failures === undefined && <p class="quiet">Counting…</p>}
          {failures && <Failures route={route} data={failures} />}
          <div class={isWide && open !== '' ? 'runs-and-one' : undefined}>
            <div>
              {!isWide && !isListed && opened}
              {runs.length > 0 && (
                <RunTable
                  table={table}
                  runs={runs}
                  route={route}
                  busy={busy}
                  opened={!isWide && isListed ? opened : undefined}
                  onAgain={setAgain}
                />
              )}
              {data && runs.length === 0 && <NoRuns route={route} more={data.next_cursor !== null} />}
              {data && <Pages route={route} times={data.filter} next={data.next_cursor} found={runs.length} />}
            </div>
            {isWide && opened}
          </div>
        </>
      ) : (
        <p class="quiet loading">Loading…</p>
      )}
      {again && (
        <AgainDialog
          run={again}
          onClose={() => {
            setAgain(undefined)
            reload()
          }}
        />
      )}
    </>
  )
}

interface PagesProps {
  readonly route: Route
  /** The times that the page was searched with. A cursor belongs to them, so they do not move any more on older pages. */
  readonly times: { readonly from: string; readonly to: string }
  readonly next: string | null
  readonly found: number
}

function Pages({ route, times: { from, to }, next, found }: PagesProps) {
  if (route.cursor === '' && next === null) return null
  return (
    <nav class="actions" aria-label="Pages of runs">
      {route.cursor !== '' && (
        <a class="button" rel="first" href={hrefOf({ ...route, cursor: '', open: '' })}>
          Newest
        </a>
      )}
      {next !== null && (
        <a class="button" rel="next" href={hrefOf({ ...route, period: '', from, to, cursor: next, open: '' })}>
          {found < pageSize ? 'Search further back' : 'Older'}
        </a>
      )}
    </nav>
  )
}

function NoRuns({ route, more }: { route: Route; more: boolean }) {
  const isNarrowed = hrefOf({ ...route, cursor: '', open: '' }) !== hrefOf(allRunsRoute)
  const mayBeName = route.text !== '' && route.name === ''
  if (more)
    return (
      <Empty>
        None of the newest runs matches. Older ones were not searched yet. {mayBeName && <MaybeName route={route} />}
      </Empty>
    )
  if (route.cursor !== '')
    return (
      <Empty>
        There are no older ones. <a href={hrefOf({ ...route, cursor: '' })}>Show the newest</a>.
      </Empty>
    )
  if (isNarrowed)
    return (
      <>
        <Empty>
          {mayBeName ? <MaybeName route={route} /> : 'No run matches.'} <a href={hrefOf(allRunsRoute)}>Show all runs</a>
          .
        </Empty>
        {route.task !== '' && <LookElsewhere />}
      </>
    )
  return <Empty>Nothing has run yet, or what ran is older than runs are kept.</Empty>
}

/** A text is looked for in errors, and may have been meant as the name of a task. */
function MaybeName({ route }: { route: Route }) {
  return (
    <>
      No run has “{route.text}” in its error.{' '}
      <a href={hrefOf({ ...route, text: '', name: route.text, cursor: '', open: '' })}>
        Look for it in the names of tasks
      </a>
      .
    </>
  )
}

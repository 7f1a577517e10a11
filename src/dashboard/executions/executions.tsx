import { useEffect, useRef, useState } from 'preact/hooks'
import { type Execution, listExecutions, type Task } from '../client/api.ts'
import { navigate } from '../client/navigation.ts'
import { hrefOf, type RouteOf, taskRoute } from '../client/route.ts'
import { usePolling } from '../client/use-polling.ts'
import { fromNow } from '../format/format-time.ts'
import { resultChoices } from '../format/labels.ts'
import { ChoiceFilter } from '../parts/choice-filter.tsx'
import { Pager } from '../parts/pager.tsx'
import { ResultBar, resultSummary } from '../parts/result-bar.tsx'
import { isUnreachable, StaleBanner } from '../parts/stale-banner.tsx'
import { Durations } from './durations.tsx'
import { ExecutionTable } from './table.tsx'
import { readWholeSlots } from './whole-slots.ts'

const pageSize = 20
const pollSeconds = 2
/** For the last results while another page or filter is shown. */
const resultsPollSeconds = 10

interface ExecutionsProps {
  readonly route: RouteOf<'task'>
  readonly task: Task
  /** A count of the actions on the task: the list is loaded again when it grows. */
  readonly changes: number
  onRun(execution?: Execution): void
}

/** The executions of a task, newest first, in pages that do not part the attempts at a slot. */
export function Executions({ route, task, changes, onRun }: ExecutionsProps) {
  const { status, page, open } = route
  const [awaited, setAwaited] = useState('')
  const { data, problem, busy, reload } = usePolling(
    (signal) => readWholeSlots(route.id, { status, page, count: pageSize }, signal),
    `${route.id} ${status} ${page}`,
    pollSeconds,
  )
  useEffect(() => {
    if (changes > 0) reload()
  }, [changes])
  const records = data?.records ?? []
  // Its row has received the focus, which must happen only once.
  const arrived = awaited !== '' && records.some(({ id }) => id === awaited)
  useEffect(() => {
    if (arrived) setAwaited('')
  }, [arrived])
  return (
    <section aria-labelledby="executions">
      <div class="title">
        <h2 id="executions">Executions</h2>
        <LastResults id={route.id} newest={status === '' && page === 1 ? data?.records : undefined} />
        <ResultFilter route={route} />
      </div>
      {/* The screen already says that the server cannot be reached. */}
      {!isUnreachable(problem) && <StaleBanner problem={problem} />}
      {!data && !problem && <p class="quiet loading">Loading…</p>}
      {data && records.length === 0 && <NoExecutions route={route} task={task} total={data.total_count} />}
      <Durations executions={records} opened={open} onOpen={(id) => navigate({ ...route, open: id })} />
      {data && open && !busy && !records.some(({ id }) => id === open) && (
        <NotOnThisPage route={route} total={data.total_count} />
      )}
      {records.length > 0 && (
        <ExecutionTable
          task={task}
          executions={records}
          busy={busy}
          open={open}
          awaited={awaited}
          onOpen={(id) => navigate({ ...route, open: id })}
          onRun={(execution) => {
            onRun()
            if (!execution) return
            setAwaited(execution.id)
            navigate({ ...taskRoute(route.id), open: execution.id, changes: route.changes })
          }}
        />
      )}
      {data && data.total_count > 0 && (
        <Pager
          label="Pages of executions"
          noun="execution"
          page={page}
          size={pageSize}
          total={data.total_count}
          to={(next) => ({ ...route, page: next, open: '' })}
        />
      )}
    </section>
  )
}

/** The last 20 results. @param newest the newest executions, if they are loaded already */
function LastResults({ id, newest }: { id: string; newest: readonly Execution[] | undefined }) {
  const known = newest !== undefined
  const { data } = usePolling(
    async (signal) =>
      known ? undefined : (await listExecutions(id, { status: '', page: 1, count: 20 }, signal)).records,
    `${id} ${known}`,
    known ? undefined : resultsPollSeconds,
  )
  // The last known results stay until others are loaded.
  const last = useRef<readonly Execution[]>([])
  last.current = newest ?? data ?? last.current
  const results = last.current
  if (results.length === 0) return null
  return (
    <span class="last-results">
      <ResultBar results={results} />
      <span class="quiet">{resultSummary(results)}</span>
    </span>
  )
}

function ResultFilter({ route }: { route: RouteOf<'task'> }) {
  return (
    <ChoiceFilter
      id="result"
      label="Result"
      class="inline"
      value={route.status}
      choices={resultChoices}
      onChoose={(status) => navigate({ ...route, status, page: 1, open: '' })}
    />
  )
}

/** Shown if the execution in the address is not on this page: newer ones may have moved it since the link was made. */
function NotOnThisPage({ route, total }: { route: RouteOf<'task'>; total: number }) {
  return (
    <p class="quiet">
      The execution that this address opens is not on this page: newer ones may have moved it to a later page, or its
      result has changed.
      {route.page * pageSize < total && (
        <>
          {' '}
          <a href={hrefOf({ ...route, page: route.page + 1 })}>Look on the next page</a>.
        </>
      )}
    </p>
  )
}

function NoExecutions({ route, task, total }: { route: RouteOf<'task'>; task: Task; total: number }) {
  const first = hrefOf(taskRoute(route.id))
  if (total > 0)
    return (
      <p class="empty">
        This page is empty. <a href={first}>Show the newest executions</a>.
      </p>
    )
  if (route.status !== '')
    return (
      <p class="empty">
        No execution has this result. <a href={first}>Show all</a>.
      </p>
    )
  return (
    <p class="empty">
      It has not run yet.
      {task.status === 'active' && task.scheduled_at !== null && ` It is due ${fromNow(task.scheduled_at)}.`} Press “Run
      now” to see what comes of it.
    </p>
  )
}

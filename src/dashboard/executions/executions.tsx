import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { Execution, Task } from '../client/api.ts'
import type { ExecutionPage, ListedExecution } from '../client/executions.ts'
import { navigate } from '../client/navigation.ts'
import { hrefOf, type RouteOf, taskRoute } from '../client/route.ts'
import { isUnderWay } from '../client/under-way.ts'
import { type Polled, usePolling } from '../client/use-polling.ts'
import { fromNow } from '../format/format-time.ts'
import { counted, isOnce, resultChoices } from '../format/labels.ts'
import { ChoiceFilter } from '../parts/choice-filter.tsx'
import { Empty } from '../parts/empty.tsx'
import { Pager } from '../parts/pager.tsx'
import { ResultBar, resultSummary, runsOf } from '../parts/result-bar.tsx'
import { isUnreachable, StaleBanner } from '../parts/stale-banner.tsx'
import { useClock } from '../parts/use-clock.ts'
import { useWide } from '../parts/use-wide.ts'
import { Durations } from './durations.tsx'
import { OpenedExecution } from './opened-execution.tsx'
import { pageSize } from './page-size.ts'
import { ExecutionTable } from './table.tsx'
import { useHeld } from './use-held.ts'
import { readWholeSlots } from './whole-slots.ts'

const pollSeconds = 2

interface ExecutionsProps {
  readonly route: RouteOf<'task'>
  readonly task: Task
  /** Its newest executions. */
  readonly newest: Polled<ExecutionPage>
  /** A count of the actions on the task: the list is loaded again when it grows. */
  readonly changes: number
  onRun(execution?: Execution): void
}

/** The executions of a task, newest first, in pages that do not part the attempts at a slot. */
export function Executions({ route, task, newest, changes, onRun }: ExecutionsProps) {
  const { status, page, open } = route
  const [awaited, setAwaited] = useState('')
  const isWide = useWide()
  const key = `${route.id} ${status} ${page}`
  const isNewest = status === '' && page === 1
  const own = usePolling(
    async (signal) =>
      isNewest ? undefined : { key, ...(await readWholeSlots(route.id, { status, page, count: pageSize }, signal)) },
    key,
    isNewest ? undefined : pollSeconds,
  )
  useEffect(() => {
    if (changes > 0 && !isNewest) own.reload()
  }, [changes])
  const first = useMemo(() => newest.data && { key: `${route.id}  1`, ...newest.data }, [newest.data])
  // Until another page has come, the one before it stays.
  const last = useRef<typeof first>(undefined)
  const fresh = (isNewest ? first : own.data) ?? last.current
  last.current = fresh
  const { problem, busy } = isNewest ? newest : own
  // What is read below its row stays where it is; beside the list it does so anyway.
  const { data, newer, showNewer } = useHeld(fresh, open, page === 1, !isWide)
  const records = data?.records ?? []
  // Its row has received the focus, which must happen only once.
  const arrived = awaited !== '' && records.some(({ id }) => id === awaited)
  useEffect(() => {
    if (arrived) setAwaited('')
  }, [arrived])
  const opened = open !== '' && data && (
    <OpenedExecution
      key={open}
      taskId={route.id}
      id={open}
      task={task}
      isBusy={newest.data?.records.some(isUnderWay)}
      heading={() => 'Run of'}
      onClose={() => navigate({ ...route, open: '' })}
      onRun={(execution) => {
        onRun()
        if (!execution) return
        setAwaited(execution.id)
        navigate({ ...taskRoute(route.id), open: execution.id, changes: route.changes })
      }}
    />
  )
  const isListed = records.some(({ id }) => id === open)
  return (
    <section aria-labelledby="executions">
      <div class="title">
        <h2 id="executions">Executions</h2>
        {newest.data && <LastResults task={task} newest={newest.data.records} newer={newer} onNewer={showNewer} />}
        <ResultFilter route={route} />
      </div>
      {/* The screen already says that the server cannot be reached. */}
      {!isUnreachable(problem) && <StaleBanner problem={problem} />}
      <div class={isWide && opened ? 'runs-and-one' : undefined}>
        <div class="listed">
          {!isWide && !isListed && opened}
          {!data && !problem && <p class="quiet loading">Loading…</p>}
          {data && records.length === 0 && <NoExecutions route={route} task={task} total={data.total_count} />}
          <Durations executions={records} opened={open} onOpen={(id) => navigate({ ...route, open: id })} />
          {records.length > 0 && (
            <ExecutionTable
              executions={records}
              busy={busy}
              open={open}
              awaited={awaited}
              opened={!isWide && isListed ? opened : undefined}
              onOpen={(id) => navigate({ ...route, open: id })}
            />
          )}
          {data && data.total_count > 0 && (
            <Pager
              label="Pages of executions"
              noun="execution"
              page={page}
              size={pageSize}
              total={data.total_count}
              before={data.before}
              shown={records.length}
              to={(next) => ({ ...route, page: next, open: '' })}
            />
          )}
        </div>
        {isWide && opened}
      </div>
    </section>
  )
}

interface LastResultsProps {
  readonly task: Task
  /** The newest executions. */
  readonly newest: readonly ListedExecution[]
  /** How many newer runs than those that are listed there are. */
  readonly newer: number
  onNewer(): void
}

/** The last 20 results, in bars and in words. While newer runs are held back, it says so in place of the words. */
function LastResults({ task, newest: results, newer, onNewer }: LastResultsProps) {
  if (results.length === 0) return null
  return (
    <span class="last-results">
      <ResultBar results={results} task={task} />
      {newer > 0 ? (
        <button type="button" class="plain" onClick={onNewer}>
          {counted(newer, 'newer run')}
          <span class="unseen"> to show in the list</span>
        </button>
      ) : (
        // The run of a task that runs once is told by its word.
        !(isOnce(task) && runsOf(results) === 1) && <span class="quiet">{resultSummary(results)}</span>
      )}
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

function NoExecutions({ route, task, total }: { route: RouteOf<'task'>; task: Task; total: number }) {
  const first = hrefOf(taskRoute(route.id))
  const now = useClock()
  if (total > 0)
    return (
      <Empty>
        This page is empty. <a href={first}>Show the newest executions</a>.
      </Empty>
    )
  if (route.status !== '')
    return (
      <Empty>
        No execution has this result. <a href={first}>Show all</a>.
      </Empty>
    )
  return (
    <Empty>
      It has not run yet.
      {task.status === 'active' && task.scheduled_at !== null && ` It is due ${fromNow(task.scheduled_at, now)}.`} Press
      “Run now” to see what comes of it.
    </Empty>
  )
}

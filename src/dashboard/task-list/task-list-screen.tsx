import { useRef, useState } from 'preact/hooks'
import { type ListedTask, listTasks } from '../client/api.ts'
import type { NamedTask, Report } from '../client/bulk.ts'
import { tokenMay } from '../client/rights.ts'
import { allTasksRoute, hrefOf, newTaskRoute } from '../client/route.ts'
import { labelIn, taskSearch } from '../client/search-words.ts'
import { usePolling } from '../client/use-polling.ts'
import { calendarRoute, editFlowRoute, tlsProfilesRoute } from '../client/used-routes.ts'
import { BulkReport } from '../parts/bulk-report.tsx'
import { Empty } from '../parts/empty.tsx'
import { later } from '../parts/later.tsx'
import { Pager } from '../parts/pager.tsx'
import { useRestoreFocus } from '../parts/restore-focus.ts'
import { StaleBanner } from '../parts/stale-banner.tsx'
import { MoveDialog } from '../plots/lazy-dialog.tsx'
import { PauseDialog } from '../task-actions/pause-dialog.tsx'
import { TaskDelete } from '../task-actions/task-delete.tsx'
import { TaskListBulk } from './bulk.tsx'
import { matchingOf, TaskListFilters, type TaskListRoute } from './filters.tsx'
import { TaskListHeads } from './heads.tsx'
import { TaskListRow } from './row.tsx'

const ListKeys = later(async () => (await import('../shortcuts/list-keys.tsx')).ListKeys)

/** A long page is read less often, because each reading has the last results of all its tasks. */
const pollSeconds = (last?: { readonly tasks: readonly ListedTask[] }) => ((last?.tasks.length ?? 0) > 25 ? 5 : 2)

/** The tasks of the service that match search and status, newest first unless sorted. */
export function TaskListScreen({ route }: { route: TaskListRoute }) {
  const { flow, calendar, tls_profile, sort, page, rows } = route
  const size = rows === '25' ? 25 : 100
  const { data, problem, busy, reload } = usePolling(
    (signal) => listTasks({ ...matchingOf(route), sort, page, count: size }, signal),
    hrefOf(route),
    pollSeconds,
  )
  const narrowed = Object.values(matchingOf(route)).some((value) => value !== '')
  const [report, setReport] = useState<Report>()
  return (
    <>
      <div class="title">
        <h1>Tasks</h1>
        {tokenMay('write') && (
          <a class="button main" href={hrefOf(newTaskRoute)}>
            New task
          </a>
        )}
      </div>
      <TaskListFilters route={route} />
      {flow !== '' && (
        <p class="quiet">
          Only tasks that the flow <a href={hrefOf(editFlowRoute(flow))}>{flow}</a> limits.{' '}
          <a href={hrefOf({ ...route, flow: '', page: 1 })}>Show those of all flows</a>
        </p>
      )}
      {calendar !== '' && (
        <p class="quiet">
          Only tasks that use the calendar <a href={hrefOf(calendarRoute(calendar))}>{calendar}</a>.{' '}
          <a href={hrefOf({ ...route, calendar: '', page: 1 })}>Show all</a>
        </p>
      )}
      {tls_profile !== '' && (
        <p class="quiet">
          Only tasks that use the TLS profile <a href={hrefOf(tlsProfilesRoute)}>{tls_profile}</a>.{' '}
          <a href={hrefOf({ ...route, tls_profile: '', page: 1 })}>Show all</a>
        </p>
      )}
      <StaleBanner problem={problem} />
      {!data && !problem && <p class="quiet loading">Loading…</p>}
      {data && data.tasks.length === 0 && <NoTasks route={route} narrowed={narrowed} total={data.total} />}
      {data && data.tasks.length > 0 && (
        <Table route={route} tasks={data.tasks} total={data.total} busy={busy} onChange={reload} onReport={setReport} />
      )}
      {data && data.total > 0 && (
        <Pager
          label="Pages of tasks"
          noun="task"
          page={page}
          size={size}
          sizes={[
            [25, { ...route, rows: '25', page: 1 }],
            [100, { ...route, rows: '', page: 1 }],
          ]}
          total={data.total}
          to={(next) => ({ ...route, page: next })}
        />
      )}
      <BulkReport report={report} onReport={setReport} onChange={reload} />
    </>
  )
}

interface TableProps {
  readonly route: TaskListRoute
  readonly tasks: readonly ListedTask[]
  /** How many match on all pages. */
  readonly total: number
  readonly busy: boolean
  onChange(): void
  onReport(report: Report): void
}

function Table({ route, tasks, total, busy, onChange, onReport }: TableProps) {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  /** The address of the list all of whose tasks are selected, or ''. */
  const [allOf, setAllOf] = useState('')
  const [toDelete, setToDelete] = useState<readonly NamedTask[]>([])
  const [toPause, setToPause] = useState<readonly NamedTask[]>([])
  const [toMove, setToMove] = useState<readonly NamedTask[]>([])
  const mayAct = tokenMay('write') || tokenMay('run')
  const table = useRef<HTMLTableElement>(null)
  useRestoreFocus(table)
  // A task that is not on the page any more is not selected: the reader could not see that it would be changed.
  const selected = tasks.filter((task) => chosen.has(task.id))
  const select = (ids: readonly string[], on: boolean) => {
    const next = new Set(selected.map((task) => task.id))
    for (const id of ids)
      if (on) next.add(id)
      else next.delete(id)
    setChosen(next)
    setAllOf('')
  }
  // Another filter or page is another list.
  const matching = allOf !== '' && allOf === hrefOf(route) && selected.length > 0
  return (
    <>
      {mayAct && (
        <TaskListBulk
          route={route}
          shown={tasks}
          selected={selected}
          total={total}
          matching={matching}
          onSelectMatching={(on) => setAllOf(on ? hrefOf(route) : '')}
          onSelectAll={(on) =>
            select(
              tasks.map((task) => task.id),
              on,
            )
          }
          onChange={onChange}
          onReport={onReport}
          onPause={setToPause}
          onMove={setToMove}
          onDelete={setToDelete}
        />
      )}
      <table class="rows tasks" aria-label="Tasks" aria-busy={busy} tabIndex={-1} ref={table}>
        <TaskListHeads route={route} mayAct={mayAct} />
        <tbody>
          {tasks.map((task) => (
            <TaskListRow
              key={task.id}
              task={task}
              mayAct={mayAct}
              selected={chosen.has(task.id)}
              onSelect={(on) => select([task.id], on)}
              onChange={onChange}
              onPause={() => setToPause([task])}
              onDelete={() => setToDelete([task])}
            />
          ))}
        </tbody>
      </table>
      <ListKeys
        list={table}
        link="a.name"
        search={taskSearch}
        onSelect={mayAct ? (row) => row.querySelector('input')?.click() : undefined}
        onRun={tokenMay('run') ? (row) => row.querySelector<HTMLElement>('.run-now')?.click() : undefined}
      />
      {toPause.length > 0 && (
        <PauseDialog
          tasks={toPause}
          onCancel={() => setToPause([])}
          onPaused={() => {
            setToPause([])
            onChange()
          }}
        />
      )}
      {toMove.length > 0 && (
        <MoveDialog
          choice={{ ids: toMove.map(({ id }) => id) }}
          way="move"
          onDone={(report) => {
            onReport(report)
            onChange()
          }}
          onClose={() => setToMove([])}
        />
      )}
      {toDelete.length > 0 && (
        <TaskDelete
          tasks={toDelete}
          onCancel={() => setToDelete([])}
          onDeleted={() => {
            setToDelete([])
            onChange()
          }}
        />
      )}
    </>
  )
}

interface NoTasksProps {
  readonly route: TaskListRoute
  readonly narrowed: boolean
  readonly total: number
}

function NoTasks({ route, narrowed, total }: NoTasksProps) {
  return (
    <Empty>
      {total > 0 ? (
        <>
          This page is empty. <a href={hrefOf({ ...route, page: 1 })}>Show the first one</a>.
        </>
      ) : narrowed ? (
        <>
          No task matches. <MaybeLabel route={route} />
          <a href={hrefOf(allTasksRoute)}>Show all tasks</a>.
        </>
      ) : (
        <>
          No tasks yet. A task is a URL that Duly calls when it is due.{' '}
          {tokenMay('write') && <a href={hrefOf(newTaskRoute)}>Create the first one</a>}
        </>
      )}
    </Empty>
  )
}

/** A text is looked for in names and URLs, and may have been meant as a label. */
function MaybeLabel({ route }: { route: TaskListRoute }) {
  const found = route.label === '' ? labelIn(route.search) : undefined
  if (found === undefined) return null
  const { label, rest: search } = found
  return (
    <>
      Labels are looked for by their own word: <a href={hrefOf({ ...route, label, search, page: 1 })}>label:{label}</a>.{' '}
    </>
  )
}

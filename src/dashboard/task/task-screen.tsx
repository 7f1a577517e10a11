import { useEffect, useState } from 'preact/hooks'
import { TaskChanges } from '../changes/task-changes.tsx'
import { type Execution, readTask, type Task } from '../client/api.ts'
import { readTrouble } from '../client/executions.ts'
import { navigate } from '../client/navigation.ts'
import { tokenMay } from '../client/rights.ts'
import { allTasksRoute, hrefOf, type RouteOf } from '../client/route.ts'
import { setTitle } from '../client/title.ts'
import { isUnderWay } from '../client/under-way.ts'
import { usePolling } from '../client/use-polling.ts'
import { Executions } from '../executions/executions.tsx'
import { pageSize } from '../executions/page-size.ts'
import { readWholeSlots } from '../executions/whole-slots.ts'
import { ActButton } from '../parts/act-button.tsx'
import { later } from '../parts/later.tsx'
import { StaleBanner } from '../parts/stale-banner.tsx'
import { StatusBadge } from '../parts/status-badge.tsx'
import { useTaskZone } from '../parts/zone-choice.tsx'
import { PauseDialog } from '../task-actions/pause-dialog.tsx'
import { TaskDelete } from '../task-actions/task-delete.tsx'
import { statusToggle, useTaskActions, whyNotAgain } from '../task-actions/use-task-actions.ts'
import { TaskFacts } from './facts.tsx'
import { HowItIs } from './how-it-is.tsx'
import { TaskMarks, TaskPolicySection } from './task-alerts.tsx'
import { TaskUpcoming } from './upcoming.tsx'
import { WhySection } from './why-section.tsx'

const pollSeconds = 2

const GoneTask = later(
  () => import('../changes/gone-task.tsx').then((module) => module.GoneTask),
  () => <p class="quiet loading">Loading…</p>,
)

/** The screen of one task: its fields, next runs, actions, executions and changes. */
export function TaskScreen({ route }: { route: RouteOf<'task'> }) {
  const { data, problem, reload } = usePolling((signal) => readTask(route.id, signal), route.id, pollSeconds)
  const newest = usePolling((signal) => readNewest(route.id, signal), `newest ${route.id}`, pollSeconds)
  const [changes, setChanges] = useState(0)
  const task = data?.task
  useEffect(() => {
    if (task) setTitle(task.name)
  }, [task?.name])
  useTaskZone(task?.time_zone)
  if (problem?.status === 404) return <GoneTask id={route.id} />
  const change = () => {
    reload()
    newest.reload()
    setChanges((last) => last + 1)
  }
  return (
    <>
      <p class="trail">
        <a href={hrefOf(allTasksRoute)}>Tasks</a>
      </p>
      <div class="title">
        <h1>{task?.name ?? 'Task'}</h1>
        {task && <StatusBadge status={task.status} />}
        {task && <Actions task={task} isBusy={newest.data?.records.some(isUnderWay)} onChange={change} />}
      </div>
      {data && <HowItIs task={data.task} version={data.etag} state={newest.data} />}
      <StaleBanner problem={problem} />
      <TaskMarks id={route.id} alerts={newest.data?.alerts ?? []} />
      {!task && !problem && <p class="quiet loading">Loading…</p>}
      {data && task && (
        <div class="about">
          <TaskFacts route={route} task={task} version={data.etag} newest={newest.data?.records ?? []} />
          <TaskUpcoming task={task} version={data.etag} isBusy={newest.data?.records.some(isUnderWay) ?? true} />
        </div>
      )}
      {task && <WhySection route={route} />}
      {task && <Executions route={route} task={task} newest={newest} changes={changes} onRun={change} />}
      {task && <TaskPolicySection task={task} />}
      {data && <TaskChanges route={route} version={`${data.etag} ${changes}`} />}
    </>
  )
}

/** Reads the newest executions of a task, and what is wrong with it. */
async function readNewest(id: string, signal: AbortSignal) {
  const [page, trouble] = await Promise.all([
    readWholeSlots(id, { status: '', page: 1, count: pageSize }, signal),
    readTrouble(id, signal),
  ])
  return { ...page, ...trouble }
}

interface ActionsProps {
  readonly task: Task
  /** Whether it runs, or a run of it waits to be sent. */
  readonly isBusy: boolean | undefined
  onChange(execution?: Execution): void
}

function Actions({ task, isBusy, onChange }: ActionsProps) {
  const [asking, setAsking] = useState<'delete' | 'pause'>()
  const { busy, setStatus, runNow } = useTaskActions(task, onChange)
  const toggle = statusToggle(task)
  const disabled = task.status === 'disabled'
  const mayWrite = tokenMay('write')
  return (
    <div class="actions">
      {tokenMay('run') && (
        <ActButton busy={busy} unless={isBusy && whyNotAgain} onAct={runNow}>
          Run now
        </ActButton>
      )}
      {mayWrite && (
        <>
          {/* Each button remains the same element when its label changes, and so keeps the focus. */}
          {toggle && !disabled && (
            <ActButton busy={busy} onAct={() => setStatus(toggle.to)}>
              {toggle.verb}
            </ActButton>
          )}
          {!disabled && (
            <button type="button" onClick={() => setAsking('pause')}>
              Pause until…
            </button>
          )}
          {(toggle || !disabled) && (
            <ActButton busy={busy} onAct={() => setStatus(disabled ? 'active' : 'disabled')}>
              {disabled ? 'Enable' : 'Disable'}
            </ActButton>
          )}
          <a class="button" href={hrefOf({ screen: 'edit-task', id: task.id })}>
            Edit
          </a>
          <a class="button" href={hrefOf({ screen: 'new-task', from: task.id })}>
            Duplicate
          </a>
          <button type="button" class="danger" onClick={() => setAsking('delete')}>
            Delete
          </button>
        </>
      )}
      {asking === 'delete' && (
        <TaskDelete tasks={[task]} onDeleted={() => navigate(allTasksRoute)} onCancel={() => setAsking(undefined)} />
      )}
      {asking === 'pause' && (
        <PauseDialog
          tasks={[task]}
          onCancel={() => setAsking(undefined)}
          onPaused={() => {
            setAsking(undefined)
            onChange()
          }}
        />
      )}
    </div>
  )
}

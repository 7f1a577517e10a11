import { useEffect, useState } from 'preact/hooks'
import { TaskChanges } from '../changes/task-changes.tsx'
import { type Execution, readTask, type Task } from '../client/api.ts'
import { navigate } from '../client/navigation.ts'
import { allTasksRoute, hrefOf, type RouteOf } from '../client/route.ts'
import { setTitle } from '../client/title.ts'
import { usePolling } from '../client/use-polling.ts'
import { Executions } from '../executions/executions.tsx'
import { ActButton } from '../parts/act-button.tsx'
import { later } from '../parts/later.tsx'
import { StaleBanner } from '../parts/stale-banner.tsx'
import { StatusBadge } from '../parts/status-badge.tsx'
import { PauseDialog } from '../task-actions/pause-dialog.tsx'
import { TaskDelete } from '../task-actions/task-delete.tsx'
import { statusToggle, useTaskActions } from '../task-actions/use-task-actions.ts'
import { TaskFacts } from './facts.tsx'
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
  const [changes, setChanges] = useState(0)
  const task = data?.task
  useEffect(() => {
    if (task) setTitle(task.name)
  }, [task?.name])
  if (problem?.status === 404) return <GoneTask id={route.id} />
  const change = () => {
    reload()
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
        {task && <Actions task={task} onChange={change} />}
      </div>
      <StaleBanner problem={problem} />
      <TaskMarks id={route.id} />
      {!task && !problem && <p class="quiet loading">Loading…</p>}
      {data && task && (
        <div class="about">
          <TaskFacts route={route} task={task} version={data.etag} />
          <TaskUpcoming task={task} version={data.etag} />
        </div>
      )}
      {task && <WhySection route={route} />}
      {task && <Executions route={route} task={task} changes={changes} onRun={change} />}
      {task && <TaskPolicySection task={task} />}
      {data && <TaskChanges route={route} version={`${data.etag} ${changes}`} />}
    </>
  )
}

interface ActionsProps {
  readonly task: Task
  onChange(execution?: Execution): void
}

function Actions({ task, onChange }: ActionsProps) {
  const [asking, setAsking] = useState<'delete' | 'pause'>()
  const { busy, setStatus, runNow } = useTaskActions(task, onChange)
  const toggle = statusToggle(task)
  const disabled = task.status === 'disabled'
  return (
    <div class="actions">
      <ActButton busy={busy} onAct={runNow}>
        Run now
      </ActButton>
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

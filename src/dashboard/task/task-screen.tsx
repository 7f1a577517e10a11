import { useEffect, useState } from 'preact/hooks'
import { TaskChanges } from '../changes/task-changes.tsx'
import { type Execution, readTask, type Task } from '../client/api.ts'
import { go } from '../client/navigation.ts'
import { allTasks, hrefOf, type Place } from '../client/route.ts'
import { useLoad } from '../client/use-polling.ts'
import { Executions } from '../executions/executions.tsx'
import { ActButton } from '../parts/act-button.tsx'
import { NoSuchTask } from '../parts/no-such-task.tsx'
import { Trouble } from '../parts/stale-banner.tsx'
import { Mark } from '../parts/status-badge.tsx'
import { TaskDelete } from '../task-actions/task-delete.tsx'
import { turnOf, useTaskActions } from '../task-actions/use-task-actions.ts'
import { TaskFacts } from './facts.tsx'
import { TaskUpcoming } from './upcoming.tsx'

const freshEvery = 2

/** One task: what it calls and when, what can be done with it, and what came of its runs. */
export function TaskScreen({ at }: { at: Place & { screen: 'task' } }) {
  const { data, problem, reload } = useLoad((signal) => readTask(at.id, signal), at.id, freshEvery)
  const [changes, setChanges] = useState(0)
  const task = data?.task
  useEffect(() => {
    if (task) document.title = `${task.name} · Duly`
  }, [task?.name])
  if (problem?.status === 404) return <NoSuchTask />
  const change = () => {
    reload()
    setChanges((last) => last + 1)
  }
  return (
    <>
      <p class="trail">
        <a href={hrefOf(allTasks)}>Tasks</a>
      </p>
      <div class="title">
        <h1>{task?.name ?? 'Task'}</h1>
        {task && <Mark status={task.status} />}
        {task && <Actions task={task} onChange={change} />}
      </div>
      <Trouble problem={problem} />
      {!task && !problem && <p class="quiet loading">Loading…</p>}
      {data && task && (
        <div class="about">
          <TaskFacts at={at} task={task} />
          <TaskUpcoming task={task} version={data.etag} />
        </div>
      )}
      {task && <Executions at={at} task={task} changes={changes} onRun={change} />}
      {data && <TaskChanges at={at} version={data.etag} />}
    </>
  )
}

interface ActionsParts {
  readonly task: Task
  onChange(execution?: Execution): void
}

function Actions({ task, onChange }: ActionsParts) {
  const [asking, setAsking] = useState(false)
  const { busy, setStatus, runNow } = useTaskActions(task, onChange)
  const turn = turnOf(task)
  const disabled = task.status === 'disabled'
  return (
    <div class="actions">
      <ActButton busy={busy} onAct={runNow}>
        Run now
      </ActButton>
      {/* Each button keeps its place when its word changes, and so the focus. */}
      {turn && !disabled && (
        <ActButton busy={busy} onAct={() => setStatus(turn.to)}>
          {turn.verb}
        </ActButton>
      )}
      {(turn || !disabled) && (
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
      <button type="button" class="danger" onClick={() => setAsking(true)}>
        Delete
      </button>
      {asking && <TaskDelete tasks={[task]} onDeleted={() => go(allTasks)} onCancel={() => setAsking(false)} />}
    </div>
  )
}

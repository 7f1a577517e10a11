import { useEffect, useState } from 'preact/hooks'
import { type Execution, readTask, type Task } from '../api.ts'
import { TaskChanges } from '../changes/task-changes.tsx'
import { useLoad } from '../load.ts'
import { go } from '../navigation.ts'
import { ActButton } from '../parts/act-button.tsx'
import { Mark } from '../parts/mark.tsx'
import { Trouble } from '../parts/trouble.tsx'
import { allTasks, hrefOf, type Place } from '../place.ts'
import { Executions } from './executions.tsx'
import { turnOf, useTaskActions } from './task-actions.ts'
import { TaskDelete } from './task-delete.tsx'
import { TaskFacts } from './task-facts.tsx'
import { TaskUpcoming } from './task-upcoming.tsx'

const freshEvery = 2

/** One task: what it calls and when, what can be done with it, and what came of its runs. */
export function TaskScreen({ at }: { at: Place & { screen: 'task' } }) {
  const { data, problem, reload } = useLoad((signal) => readTask(at.id, signal), at.id, freshEvery)
  const [changes, setChanges] = useState(0)
  const task = data?.task
  useEffect(() => {
    if (task) document.title = `${task.name} · Duly`
  }, [task?.name])
  if (problem?.status === 404) return <Gone />
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

/** For a task that was deleted, and for one of another service: the two look the same. */
export function Gone() {
  return (
    <>
      <h1>No such task</h1>
      <p class="empty">
        This service has no task at this address: it was deleted, or it belongs to another service.{' '}
        <a href={hrefOf(allTasks)}>Show all tasks</a>.
      </p>
    </>
  )
}

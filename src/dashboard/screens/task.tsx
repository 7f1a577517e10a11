import { useState } from 'preact/hooks'
import { deleteTask, readTask, type Task } from '../api.ts'
import { useLoad } from '../load.ts'
import { go } from '../navigation.ts'
import { Confirm } from '../parts/confirm.tsx'
import { Mark } from '../parts/mark.tsx'
import { Banner, complain, say } from '../parts/notice.tsx'
import { PauseButton } from '../parts/pause-button.tsx'
import { allTasks, hrefOf, type Place } from '../place.ts'
import { Executions } from './executions.tsx'
import { TaskFacts } from './task-facts.tsx'

const freshEvery = 5

/** One task: what it calls and when, what can be done with it, and what came of its runs. */
export function TaskScreen({ at }: { at: Place & { screen: 'task' } }) {
  const { data, problem, reload } = useLoad((signal) => readTask(at.id, signal), at.id, freshEvery)
  const task = data?.task
  if (problem?.status === 404) return <Gone />
  return (
    <>
      <p class="trail">
        <a href={hrefOf(allTasks)}>Tasks</a>
      </p>
      <div class="title">
        <h1>{task?.name ?? 'Task'}</h1>
        {task && <Mark status={task.status} />}
        {task && <Actions task={task} onChange={reload} />}
      </div>
      {problem && <Banner bad>{problem.message}</Banner>}
      {!task && !problem && <p class="quiet">Loading…</p>}
      {task && <TaskFacts task={task} />}
      {task && <Executions at={at} task={task} />}
    </>
  )
}

function Actions({ task, onChange }: { task: Task; onChange: () => void }) {
  const [asking, setAsking] = useState(false)
  const [busy, setBusy] = useState(false)
  const remove = async () => {
    setBusy(true)
    try {
      await deleteTask(task.id)
      say(`Deleted “${task.name}”.`)
      go(allTasks)
    } catch (error) {
      complain(`“${task.name}” was not deleted.`, error)
      setAsking(false)
      setBusy(false)
    }
  }
  return (
    <div class="actions">
      <PauseButton task={task} onDone={onChange} />
      <a class="button" href={hrefOf({ screen: 'edit-task', id: task.id })}>
        Edit
      </a>
      <button type="button" class="danger" onClick={() => setAsking(true)}>
        Delete
      </button>
      {asking && (
        <Confirm
          title={`Delete “${task.name}”?`}
          verb="Delete task"
          busy={busy}
          onConfirm={remove}
          onCancel={() => setAsking(false)}
        >
          <p>It is not called any more, and its executions go with it. This cannot be undone; pausing can.</p>
        </Confirm>
      )}
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

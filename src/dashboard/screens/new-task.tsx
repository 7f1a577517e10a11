import { createTask, readTask } from '../api.ts'
import { requestOf } from '../curl.ts'
import { bodyOf, copyOf, type Draft, newDraft } from '../draft.ts'
import { useForm } from '../form.ts'
import { useLoad } from '../load.ts'
import { go } from '../navigation.ts'
import { Banner, say } from '../parts/notice.tsx'
import { allTasks, hrefOf, type Place, taskPlace } from '../place.ts'
import { runSaved } from '../run-saved.ts'
import { Gone } from './task.tsx'
import { TaskForm } from './task-form.tsx'

/** The form of a task that does not exist yet, empty or filled in as a copy of another. */
export function NewTask({ at }: { at: Place & { screen: 'new-task' } }) {
  return (
    <>
      <p class="trail">
        <a href={hrefOf(allTasks)}>Tasks</a>
      </p>
      {at.from === '' ? <Form initial={newDraft} cancel={allTasks} /> : <Copy from={at.from} />}
    </>
  )
}

function Copy({ from }: { from: string }) {
  const { data, problem } = useLoad((signal) => readTask(from, signal), from)
  if (problem?.status === 404) return <Gone />
  if (data) return <Form initial={() => copyOf(data.task)} cancel={taskPlace(from)} />
  return (
    <>
      <h1>New task</h1>
      {problem ? <Banner bad>{problem.message}</Banner> : <p class="quiet">Loading…</p>}
    </>
  )
}

function Form({ initial, cancel }: { initial: () => Draft; cancel: Place }) {
  const { draft, change, problem, busy, submit } = useForm(initial)
  const create = async (run: boolean) => {
    const task = await createTask(bodyOf(draft))
    const saved = `Created “${task.name}”.`
    if (run) await runSaved(task, saved)
    else say(saved)
    go(taskPlace(task.id))
  }
  return (
    <>
      <h1>New task</h1>
      <TaskForm
        draft={draft}
        change={change}
        problem={problem}
        busy={busy}
        verb="Create"
        request={requestOf(draft)}
        cancel={cancel}
        onSubmit={(run) => submit(() => create(run))}
      />
    </>
  )
}

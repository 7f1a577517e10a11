import { createTask, readTask } from '../client/api.ts'
import { go } from '../client/navigation.ts'
import { allTasks, hrefOf, type Place, taskPlace } from '../client/route.ts'
import { useLoad } from '../client/use-polling.ts'
import { Banner } from '../parts/banner.tsx'
import { NoSuchTask } from '../parts/no-such-task.tsx'
import { say } from '../parts/toast.tsx'
import { runSaved } from '../task-actions/run-saved.ts'
import { copyOf, type Draft, newDraft } from './draft.ts'
import { bodyOf, requestOf } from './request-body.ts'
import { TaskForm } from './task-form.tsx'
import { useForm } from './use-form.ts'

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
  if (problem?.status === 404) return <NoSuchTask />
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

import { useState } from 'preact/hooks'
import { readTask } from '../client/api.ts'
import { navigate } from '../client/navigation.ts'
import { allTasksRoute, hrefOf, type Route, type RouteOf, taskRoute } from '../client/route.ts'
import { useUnsaved } from '../client/unsaved.ts'
import { usePolling } from '../client/use-polling.ts'
import { NoSuchTask } from '../parts/no-such-task.tsx'
import { StaleBanner } from '../parts/stale-banner.tsx'
import { showToast } from '../parts/toast.tsx'
import { runSaved } from '../task-actions/run-saved.ts'
import { createOnce } from './create-once.ts'
import { copyOf, newDraft } from './draft.ts'
import type { Draft } from './form-field.ts'
import { changeOf, requestOf } from './request-body.ts'
import { TaskForm } from './task-form.tsx'
import { useForm } from './use-form.ts'

/** The screen that creates a task, with an empty form or a copy of another task. */
export function NewTaskScreen({ route }: { route: RouteOf<'new-task'> }) {
  return (
    <>
      <p class="trail">
        <a href={hrefOf(allTasksRoute)}>Tasks</a>
      </p>
      {route.from === '' ? <Form initial={newDraft} cancel={allTasksRoute} /> : <Copy from={route.from} />}
    </>
  )
}

function Copy({ from }: { from: string }) {
  const { data, problem } = usePolling((signal) => readTask(from, signal), from)
  if (problem?.status === 404) return <NoSuchTask />
  if (data) return <Form initial={() => copyOf(data.task)} cancel={taskRoute(from)} />
  return (
    <>
      <h1>New task</h1>
      {problem ? <StaleBanner problem={problem} /> : <p class="quiet">Loading…</p>}
    </>
  )
}

function Form({ initial, cancel }: { initial: () => Draft; cancel: Route }) {
  const { draft, change, problem, busy, submit } = useForm(initial)
  const [create] = useState(createOnce)
  const [empty] = useState(draft)
  useUnsaved(Object.keys(changeOf(empty, draft)).length > 0)
  const save = async (run: boolean) => {
    const task = await create(draft)
    const saved = `Created “${task.name}”.`
    if (run) await runSaved(task, saved)
    else showToast(saved)
    navigate(taskRoute(task.id))
  }
  const request = requestOf(draft)
  return (
    <>
      <h1>New task</h1>
      <TaskForm
        draft={draft}
        change={change}
        problem={problem}
        busy={busy}
        verb="Create"
        request={request}
        cancel={cancel}
        onSubmit={(run) => submit(() => save(run), request)}
      />
    </>
  )
}

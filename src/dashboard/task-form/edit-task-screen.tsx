import { useEffect, useState } from 'preact/hooks'
import { ApiError, changeTask, readTask, type Versioned } from '../client/api.ts'
import { navigate } from '../client/navigation.ts'
import { allTasksRoute, hrefOf, type RouteOf, taskRoute } from '../client/route.ts'
import { useUnsaved } from '../client/unsaved.ts'
import { usePolling } from '../client/use-polling.ts'
import { Banner } from '../parts/banner.tsx'
import { NoSuchTask } from '../parts/no-such-task.tsx'
import { OwnSetBanner } from '../parts/own-set.tsx'
import { StaleBanner } from '../parts/stale-banner.tsx'
import { showToast } from '../parts/toast.tsx'
import { runSaved } from '../task-actions/run-saved.ts'
import { draftOf } from './draft.ts'
import type { Draft } from './form-field.ts'
import { headerPath, secretOf } from './header-rows.ts'
import { mergeDraft } from './merge-draft.ts'
import { changeOf, requestOf } from './request-body.ts'
import { TaskForm } from './task-form.tsx'
import { useForm } from './use-form.ts'

/** The screen that edits a task. */
export function EditTaskScreen({ route }: { route: RouteOf<'edit-task'> }) {
  const { data, problem } = usePolling((signal) => readTask(route.id, signal), route.id)
  useEffect(() => {
    if (data) document.title = `Edit ${data.task.name} · Duly`
  }, [data?.task.name])
  if (problem?.status === 404) return <NoSuchTask />
  return (
    <>
      <p class="trail">
        <a href={hrefOf(allTasksRoute)}>Tasks</a>
        <span aria-hidden="true"> / </span>
        <a href={hrefOf(taskRoute(route.id))}>{data?.task.name ?? 'Task'}</a>
      </p>
      <h1>Edit task</h1>
      <StaleBanner problem={problem} />
      {!data && !problem && <p class="quiet">Loading…</p>}
      {data && <OwnSetBanner task={data.task} version={data.etag} />}
      {data && <Form read={data} />}
    </>
  )
}

/** The form. An edit is compared with the first version that was read; what is loaded later does not change the form. */
function Form({ read }: { read: Versioned }) {
  const [base, setBase] = useState(() => ({ etag: read.etag, draft: draftOf(read.task) }))
  const form = useForm(() => base.draft)
  const { id } = read.task
  useUnsaved(Object.keys(changeOf(base.draft, form.draft)).length > 0)

  const save = async (run: boolean) => {
    const changed = changeOf(base.draft, form.draft)
    const isSame = Object.keys(changed).length === 0
    const saving = () => changeTask(id, changed, base.etag).catch((error) => throwConflict(error, form.draft))
    const task = isSame ? read.task : (await saving()).task
    const saved = isSame ? 'Nothing was changed.' : `Saved “${task.name}”.`
    if (run) await runSaved(task, saved)
    else showToast(saved)
    navigate(taskRoute(id))
  }

  const takeTheirs = async () => {
    const latest = await readTask(id)
    const theirs = draftOf(latest.task)
    form.change(mergeDraft(base.draft, form.draft, theirs))
    setBase({ etag: latest.etag, draft: theirs })
    form.setProblem(undefined)
    showToast('The fields you had not touched show what was saved meanwhile. Look them over, then save again.')
  }

  return (
    <>
      {form.problem?.status === 412 && (
        <Banner bad>
          <p>Somebody else changed this task while you edited it, so nothing was saved.</p>
          <button type="button" onClick={takeTheirs}>
            Show their changes and keep mine
          </button>
        </Banner>
      )}
      <TaskForm
        draft={form.draft}
        change={form.change}
        problem={form.problem}
        busy={form.busy}
        verb="Save"
        request={requestOf(form.draft, { id, before: base.draft })}
        cancel={taskRoute(id)}
        before={base.draft}
        onSubmit={(run) => form.submit(() => save(run))}
      />
    </>
  )
}

/**
 * Throws a conflict instead of an error about a mask whose stored value was removed by another client: the API checks the
 * body first, but the reader needs to see the conflict.
 */
function throwConflict(error: unknown, { header }: Draft): never {
  const kept = new Set(header.filter((row) => secretOf(row) === 'kept').map(({ name }) => headerPath(name)))
  if (error instanceof ApiError && error.status === 400 && error.errors.some(({ path }) => kept.has(path)))
    throw new ApiError(412, 'A secret value that was to be kept was removed meanwhile.')
  throw error
}

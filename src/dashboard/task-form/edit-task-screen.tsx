import { useEffect, useState } from 'preact/hooks'
import { ApiError, asApiError, changeTask, readTask, type Task, type Versioned } from '../client/api.ts'
import { navigate } from '../client/navigation.ts'
import { allTasksRoute, hrefOf, type RouteOf, taskRoute } from '../client/route.ts'
import { setTitle } from '../client/title.ts'
import { useUnsaved } from '../client/unsaved.ts'
import { usePolling } from '../client/use-polling.ts'
import { NoSuchTask } from '../parts/no-such-task.tsx'
import { OwnSetBanner } from '../parts/own-set.tsx'
import { StaleBanner } from '../parts/stale-banner.tsx'
import { showToast } from '../parts/toast.tsx'
import { useTaskZone } from '../parts/zone-choice.tsx'
import { runSaved } from '../task-actions/run-saved.ts'
import { type Conflict, compareDrafts, type Meanwhile } from './conflict.ts'
import { ConflictBanner } from './conflict-banner.tsx'
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
    if (data) setTitle(`Edit ${data.task.name}`)
  }, [data?.task.name])
  useTaskZone(data?.task.time_zone)
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

  const [meanwhile, setMeanwhile] = useState<Meanwhile>({ conflicts: [], others: [] })

  const save = async (run: boolean) => {
    const changed = changeOf(base.draft, form.draft)
    const isSame = Object.keys(changed).length === 0
    const saving = () =>
      changeTask(id, changed, base.etag).then(
        ({ task }) => task,
        (error) => merge(asConflict(error, form.draft)),
      )
    const task = isSame ? read.task : await saving()
    const saved = isSame ? 'Nothing was changed.' : `Saved “${task.name}”.`
    if (run) await runSaved(task, saved)
    else showToast(saved)
    navigate(taskRoute(id))
  }

  /** After a conflict: brings in what was saved meanwhile. @returns the stored task if it has all that was typed, such as after a lost answer */
  const merge = async (refusal: ApiError): Promise<Task> => {
    if (refusal.status !== 412) throw refusal
    const latest = await readTask(id)
    const theirs = draftOf(latest.task)
    // Not the draft at the press: the reader may have typed since.
    const mine = form.draftNow()
    const merged = mergeDraft(base.draft, mine, theirs)
    if (Object.keys(changeOf(theirs, merged)).length === 0) return latest.task
    const found = compareDrafts(base.draft, mine, theirs)
    form.replaceDraft(merged)
    setBase({ etag: latest.etag, draft: theirs })
    setMeanwhile(found)
    const errors = found.conflicts.map(({ error }) => error)
    throw new ApiError(412, refusal.message, errors)
  }

  const { problem } = form
  const left = meanwhile.conflicts.filter(({ error }) => problem?.errors.includes(error))
  const keep = (these: readonly Conflict[]) => {
    const errors = problem?.errors.filter((error) => !these.some((one) => one.error === error)) ?? []
    form.setProblem(problem && errors.length > 0 ? { ...problem, errors } : undefined)
  }
  const take = (these: readonly Conflict[]) => {
    form.change(Object.assign({}, ...these.map(({ taken }) => taken)))
    keep(these)
  }

  const request = requestOf(form.draft, { id, before: base.draft })
  return (
    <TaskForm
      draft={form.draft}
      change={form.change}
      problem={form.problem}
      busy={form.busy}
      verb="Save"
      request={request}
      cancel={taskRoute(id)}
      before={base.draft}
      conflict={
        problem?.status === 412 && (
          <ConflictBanner conflicts={left} others={meanwhile.others} onKeep={keep} onTake={take} />
        )
      }
      onSubmit={(run) => form.submit(() => save(run), request)}
    />
  )
}

/**
 * Returns a conflict instead of an error about a mask whose stored value was removed by another client: the API checks the
 * body first, but the reader needs to see the conflict.
 */
function asConflict(error: unknown, { header }: Draft): ApiError {
  const kept = new Set(header.filter((row) => secretOf(row) === 'kept').map(({ name }) => headerPath(name)))
  const refusal = asApiError(error)
  if (refusal.status === 400 && refusal.errors.some(({ path }) => kept.has(path)))
    return new ApiError(412, 'A secret value that was to be kept was removed meanwhile.')
  return refusal
}

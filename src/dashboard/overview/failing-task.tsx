import type { FailingTaskListed } from '../client/overview.ts'
import { allRunsRoute, hrefOf, taskRoute } from '../client/route.ts'
import { failureLabel } from '../format/labels.ts'
import { fullTime, plainTime } from '../format/time-of-day.ts'
import { AlertMark } from '../parts/alert-mark.tsx'
import { useClock } from '../parts/use-clock.ts'

/** One failing task: since when it fails, why, and when it is tried next. */
export function FailingTask({ task, withError }: { task: FailingTaskListed; withError: boolean }) {
  const { task_id, name, alert, settled, consecutive, since, error } = task
  const [what, when] = failureLabel(settled, consecutive)
  return (
    <li>
      <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
        <path d="M2.9 1.6L6 4.7l3.1-3.1 1.3 1.3L7.3 6l3.1 3.1-1.3 1.3L6 7.3l-3.1 3.1-1.3-1.3L4.7 6 1.6 2.9z" />
      </svg>
      <span class="failing-name">
        <a href={hrefOf(taskRoute(task_id))} title={name}>
          {name}
        </a>
        {alert && <AlertMark taskId={task_id} alert={alert} short />}
      </span>
      <span class="since">
        <a href={hrefOf({ ...allRunsRoute, status: 'failed', task: task_id })}>{what}</a>
        {when}
        <Moment at={since} />. <NextTry task={task} />
      </span>
      {withError && error !== null && (
        <span class="error" title={error}>
          {error}
        </span>
      )}
    </li>
  )
}

/** What comes next. A paused or disabled task has a next time, at which it does not run. */
function NextTry({ task: { status, scheduled_at, queued_for, settled } }: { task: FailingTaskListed }) {
  const now = useClock()
  if (queued_for !== null && Date.parse(queued_for) > now)
    return (
      <>
        Next try <Moment at={queued_for} />.
      </>
    )
  if (scheduled_at === null) return <>No next try: it has no run to come.</>
  if (status === 'paused') return <>It is paused.</>
  if (status === 'disabled') return <>It is disabled.</>
  if (settled === 0) return <>It is tried again.</>
  if (Date.parse(scheduled_at) <= now) return <>Next try is due now.</>
  return (
    <>
      Next try <Moment at={scheduled_at} />.
    </>
  )
}

/** A time of day, with the whole time as tooltip. */
export function Moment({ at }: { at: string }) {
  return (
    <time dateTime={at} title={fullTime(at)}>
      {plainTime(at)}
    </time>
  )
}

import type { Overview } from '../client/overview.ts'
import { hrefOf, openAlertsRoute, taskRoute } from '../client/route.ts'
import { count } from '../format/format-time.ts'
import { counted } from '../format/labels.ts'
import { fullTime, plainTime } from '../format/time-of-day.ts'
import { AlertIcon, AlertMark } from '../parts/alert-mark.tsx'
import { failureLabel } from './figures.ts'

type Failing = Overview['failing']
type Alerts = Overview['alerts']

const shownAtFirst = 10
/** The API returns at most this many. */
const toldAtMost = 100

interface FailingProps {
  readonly failing: Failing
  readonly alerts: Alerts
  readonly all: boolean
  readonly loading: boolean
}

/** The failing tasks, longest failing first: since when, why, and when each runs next. */
export function FailingTasks({ failing, alerts, all, loading }: FailingProps) {
  const shown = all ? failing : failing.slice(0, shownAtFirst)
  const more = failing.length - shown.length
  return (
    <section class="failing" aria-labelledby="failing-title">
      <h2 id="failing-title">
        <span role="status">{loading ? 'Looking for failures…' : <Summary amount={failing.length} />}</span>
      </h2>
      {shown.length > 0 && (
        <ul>
          {shown.map((task) => (
            <FailingTask
              key={task.task_id}
              task={task}
              alert={alerts.failing.find(({ task_id }) => task_id === task.task_id)}
            />
          ))}
        </ul>
      )}
      <OtherAlerts counts={alerts.counts} />
      {more > 0 && (
        <p>
          <a href={hrefOf({ screen: 'overview', failing: 'all' })}>
            and {failing.length === toldAtMost && 'at least '}
            {count(more)} more
          </a>
        </p>
      )}
      {all && failing.length > shownAtFirst && (
        <p>
          <a href={hrefOf({ screen: 'overview', failing: '' })}>only the first {shownAtFirst}</a>
        </p>
      )}
    </section>
  )
}

/** How many alerts are open of tasks that do not start or run long: they are not among the failing ones. */
function OtherAlerts({ counts: { late, long } }: { counts: Alerts['counts'] }) {
  if (late + long === 0) return null
  const link = (kind: 'late' | 'long', words: string) => (
    <a class="alert-mark" href={hrefOf({ ...openAlertsRoute, kind })}>
      <AlertIcon />
      {words}
    </a>
  )
  return (
    <p class="alert-marks">
      {late > 0 && link('late', `${counted(late, 'task has', 'tasks have')} not started`)}
      {long > 0 && link('long', `${counted(long, 'run takes', 'runs take')} long`)}
    </p>
  )
}

function Summary({ amount }: { amount: number }) {
  if (amount === 0)
    return (
      <span class="status-badge status-badge-success">
        <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
          <path d="M1.4 6.4l1.3-1.3 2.1 2.1 4.5-4.6 1.3 1.3-5.8 5.9z" />
        </svg>
        Nothing is failing.
      </span>
    )
  if (amount === 1) return <>1 task is failing</>
  return (
    <>
      {count(amount)} {amount === toldAtMost && 'or more '}tasks are failing
    </>
  )
}

function FailingTask({ task, alert }: { task: Failing[number]; alert: Alerts['failing'][number] | undefined }) {
  return (
    <li>
      <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
        <path d="M2.9 1.6L6 4.7l3.1-3.1 1.3 1.3L7.3 6l3.1 3.1-1.3 1.3L6 7.3l-3.1 3.1-1.3-1.3L4.7 6 1.6 2.9z" />
      </svg>
      <span>
        <a href={hrefOf(taskRoute(task.task_id))}>{task.name}</a>
        {alert && <AlertMark taskId={task.task_id} alert={alert} />}
      </span>
      <span class="since">
        {failureLabel(task.consecutive)}
        <Moment at={task.since} />. <NextTry at={task.scheduled_at} />
      </span>
      {task.error !== null && (
        <span class="error" title={task.error}>
          {task.error}
        </span>
      )}
    </li>
  )
}

function NextTry({ at }: { at: string | null }) {
  if (at === null) return <>No next try: it was to run once.</>
  if (Date.parse(at) <= Date.now()) return <>Next try is due now.</>
  return (
    <>
      Next try <Moment at={at} />.
    </>
  )
}

function Moment({ at }: { at: string }) {
  return (
    <time dateTime={at} title={fullTime(at)}>
      {plainTime(at)}
    </time>
  )
}

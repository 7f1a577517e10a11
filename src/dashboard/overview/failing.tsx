import type { ComponentChildren } from 'preact'
import { useRef } from 'preact/hooks'
import type { FailingPart, Overview } from '../client/overview.ts'
import { allTasksRoute, home, hrefOf, openAlertsRoute } from '../client/route.ts'
import { count } from '../format/format-time.ts'
import { counted } from '../format/labels.ts'
import { AlertIcon } from '../parts/alert-mark.tsx'
import { failingCount } from './failing-count.ts'
import { FailingGroup } from './failing-group.tsx'
import { FailingTask } from './failing-task.tsx'

type Parts = Overview['failing_groups']

/** The API counts no more failing tasks than this. */
const countedAtMost = 10_000

interface FailingProps {
  readonly parts: Parts
  readonly alerts: Overview['alerts']['counts']
  /** Whether all groups are listed. */
  readonly all: boolean
  readonly loading: boolean
}

/**
 * The failing tasks, those with the same error at the same host on one line: what broke in the last hour; what has failed for
 * longer, folded if there is something newer; and folded, what is not tried again.
 */
export function FailingTasks({ parts, alerts, all, loading }: FailingProps) {
  const { recent, older, stopped } = parts
  const failing = failingCount(parts)
  return (
    <section class="failing" aria-labelledby="failing-title">
      {/* Not in the heading: what has this role lends it no name. */}
      <div role="status">
        <h2 id="failing-title">
          {loading ? 'Looking for failures…' : <Summary failing={failing} stopped={stopped.tasks} />}
        </h2>
      </div>
      {recent.tasks > 0 && (
        <>
          <h3>{recent.tasks === failing ? 'In the last hour' : `${counted(recent.tasks, 'task')} in the last hour`}</h3>
          <Groups name="recent" part={recent} all={all} />
        </>
      )}
      {older.tasks > 0 && (
        <Fold
          open={all}
          alone={recent.tasks === 0}
          title={`${counted(older.tasks, 'task has', 'tasks have')} failed for more than an hour`}
        >
          <Groups name="older" part={older} all={all} />
        </Fold>
      )}
      {stopped.tasks > 0 && (
        <Fold
          open={all}
          title={`${counted(stopped.tasks, 'task', 'tasks')} failed and ${stopped.tasks === 1 ? 'is' : 'are'} not tried again: paused, disabled or over`}
        >
          <Groups name="stopped" part={stopped} all={all} />
        </Fold>
      )}
      <OtherAlerts counts={alerts} />
      {all && (
        <p>
          <a href={hrefOf(home)}>Show less</a>
        </p>
      )}
    </section>
  )
}

interface FoldProps {
  readonly title: string
  readonly open: boolean
  /** Whether there is nothing else to be read first: it opens, and does not close when there is. */
  readonly alone?: boolean
  readonly children: ComponentChildren
}

/** What is shown on demand. It stays as the reader left it. */
function Fold({ title, open, alone = false, children }: FoldProps) {
  const wasAlone = useRef(false)
  wasAlone.current ||= alone
  return (
    <details class="failing-fold" open={open || wasAlone.current || undefined}>
      <summary>{title}</summary>
      {children}
    </details>
  )
}

function Groups({
  name,
  part: { tasks, groups, listed },
  all,
}: {
  name: FailingPart
  part: Parts['older']
  all: boolean
}) {
  const left = tasks - listed.reduce((sum, group) => sum + group.tasks, 0)
  return (
    <>
      <ul>
        {listed.map((group) =>
          group.tasks === 1 ? (
            <FailingTask key={group.group} task={group.newest} withError />
          ) : (
            <FailingGroup key={group.group} part={name} group={group} />
          ),
        )}
      </ul>
      {groups > listed.length &&
        (all ? (
          <p>
            <a href={hrefOf({ ...allTasksRoute, result: 'failing', sort: '-failing_since' })}>
              and {counted(left, 'task')} more
            </a>
          </p>
        ) : (
          <p>
            <a href={hrefOf({ ...home, failing: 'all' })}>and {counted(left, 'task')} more</a>
          </p>
        ))}
    </>
  )
}

/** How many alerts are open of tasks that do not start or run long: they are not among the failing ones. */
function OtherAlerts({ counts: { late, long } }: { counts: Overview['alerts']['counts'] }) {
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

function Summary({ failing, stopped }: { failing: number; stopped: number }) {
  if (failing === 0)
    return (
      <span class="status-badge status-badge-success">
        <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
          <path d="M1.4 6.4l1.3-1.3 2.1 2.1 4.5-4.6 1.3 1.3-5.8 5.9z" />
        </svg>
        {stopped === 0 ? 'Nothing is failing.' : 'No active task is failing.'}
      </span>
    )
  if (failing === 1) return <>1 task is failing</>
  return (
    <>
      {count(failing)} {failing + stopped >= countedAtMost && 'or more '}tasks are failing
    </>
  )
}

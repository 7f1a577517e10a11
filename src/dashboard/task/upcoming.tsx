import type { Task } from '../client/api.ts'
import { readUpcoming } from '../client/schedule.ts'
import { usePolling } from '../client/use-polling.ts'
import { isOnce, whyOver } from '../format/labels.ts'
import { whoseTime } from '../format/zone.ts'
import { ScheduleNotes } from '../parts/schedule-notes.tsx'
import { isUnreachable } from '../parts/stale-banner.tsx'
import { Time } from '../parts/time.tsx'
import { TimesTable } from '../parts/times-table.tsx'
import { useClock } from '../parts/use-clock.ts'
import { isOverdue } from './overdue.ts'

/** In seconds. A change of the task and each run load again by themselves; this repeats a failed request. */
const pollSeconds = 30

interface UpcomingProps {
  readonly task: Task
  readonly version: string
  /** Whether a run of it goes on or waits to be sent. */
  readonly isBusy: boolean
}

/** The next times of a task, local and UTC, with warnings about clock changes, and what the calendar leaves out. */
export function TaskUpcoming({ task, version, isBusy }: UpcomingProps) {
  const { data, problem } = usePolling(
    (signal) => readUpcoming(task.id, signal),
    `${task.id} ${version} ${task.scheduled_at}`,
    pollSeconds,
  )
  return (
    <div class="upcoming">
      <h2>Next runs</h2>
      {problem && !isUnreachable(problem) && <p class="quiet">The next times cannot be shown. {problem.message}</p>}
      {data && <ScheduleNotes warnings={data.warnings} leftOut={data.left_out} />}
      {data && data.upcoming.length === 0 && <p class="quiet">{whyNone(task)}</p>}
      {data && data.upcoming.length > 0 && <Overdue task={task} isBusy={isBusy} />}
      {data && data.upcoming.length > 0 && <TimesTable times={data.starts} local={whoseTime()} />}
    </div>
  )
}

function whyNone(task: Task): string {
  const { status, scheduled_at } = task
  if (scheduled_at === null)
    return `None: ${whyOver(task)}. ${isOnce(task) ? 'Duplicate it to run it at another time' : 'Give it another end to have it run again'}, or run it now.`
  if (status === 'paused') return 'None while it is paused. Resume it to have it run again.'
  return status === 'disabled' ? 'None while it is disabled. Enable it to have it run again.' : 'None.'
}

/** Says that the first of the times is one at which the task was to start already. */
function Overdue({ task, isBusy }: Pick<UpcomingProps, 'task' | 'isBusy'>) {
  const now = useClock()
  if (!isOverdue(task, isBusy, now)) return null
  return (
    <p class="warning">
      It has been due since <Time at={task.starts_at as string} /> and starts as soon as it can.{' '}
      <i>Why did it not run?</i> below says what it waits for.
    </p>
  )
}

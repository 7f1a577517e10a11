import { byWhom } from '../changes/labels.ts'
import { listChanges, type Task, type TaskFailing } from '../client/api.ts'
import type { ListedExecution } from '../client/executions.ts'
import { readFlowOf } from '../client/flows.ts'
import { isUnderWay } from '../client/under-way.ts'
import { usePolling } from '../client/use-polling.ts'
import { useClock } from '../parts/use-clock.ts'
import { isOverdue } from './overdue.ts'
import { taskSentence } from './sentence.ts'

/** How often the flow of a task that waits is read again, in seconds. */
const flowSeconds = 5
/** So many of the newest changes are searched for the one that gave a task its status. */
const searchedChanges = 20

interface HowProps {
  readonly task: Task
  /** The version of the task. */
  readonly version: string
  /** Its newest executions, and since when it fails; undefined until they are read. */
  readonly state: { readonly records: readonly ListedExecution[]; readonly failing: TaskFailing | null } | undefined
}

/** The sentence that says how a task is, renewed each second. */
export function HowItIs({ task, version, state }: HowProps) {
  const { status } = task
  const now = useClock()
  const { data: change, busy } = usePolling(
    async (signal) => (status === 'active' ? undefined : readStatusChange(task, signal)),
    `${task.id} ${version} ${status}`,
  )
  // Read only while something waits.
  const isDue = ({ status, queued_for }: ListedExecution) =>
    status === 'queued' && queued_for !== null && Date.parse(queued_for) <= now
  const records = state?.records ?? []
  const waits = isOverdue(task, records.some(isUnderWay), now) || records.some(isDue)
  const { data: flow } = usePolling(
    async (signal) => (waits ? readFlowOf(task.id, signal) : undefined),
    `${task.id} ${waits}`,
    waits ? flowSeconds : undefined,
  )
  const isKnown = state && (status === 'active' || !busy || change)
  return (
    <p class="how-it-is">
      {isKnown &&
        taskSentence(
          { task, newest: state.records, failing: state.failing, change, flow: (waits && flow) || undefined },
          now,
        )}
    </p>
  )
}

/** Finds who gave a task its status; undefined if that is not among its newest changes. */
async function readStatusChange({ id, status }: Task, signal: AbortSignal) {
  const { records } = await listChanges(id, { page: 1, count: searchedChanges }, signal)
  const found = records.find(({ before, after }) => after?.status === status && before?.status !== status)
  return found && { at: found.at, by: byWhom(found) }
}

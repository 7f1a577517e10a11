import { byWhom } from '../changes/labels.ts'
import { listChanges, type Task, type TaskFailing } from '../client/api.ts'
import type { ListedExecution } from '../client/executions.ts'
import { usePolling } from '../client/use-polling.ts'
import { useClock } from '../parts/use-clock.ts'
import { taskSentence } from './sentence.ts'

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
  const { data: change, busy } = usePolling(
    async (signal) => (status === 'active' ? undefined : readStatusChange(task, signal)),
    `${task.id} ${version} ${status}`,
  )
  const now = useClock()
  const isKnown = state && (status === 'active' || !busy || change)
  return (
    <p class="how-it-is">
      {isKnown && taskSentence({ task, newest: state.records, failing: state.failing, change }, now)}
    </p>
  )
}

/** Finds who gave a task its status; undefined if that is not among its newest changes. */
async function readStatusChange({ id, status }: Task, signal: AbortSignal) {
  const { records } = await listChanges(id, { page: 1, count: searchedChanges }, signal)
  const found = records.find(({ before, after }) => after?.status === status && before?.status !== status)
  return found && { at: found.at, by: byWhom(found) }
}

import type { Task } from '../client/api.ts'
import { type OwnSet, readOwnSet } from '../client/own-set.ts'
import { usePolling } from '../client/use-polling.ts'
import { Banner } from './banner.tsx'
import { Fact } from './fact.tsx'
import { Time } from './time.tsx'

/** Returns the task set that a task belongs to; null for none, and until it is known. A task of a set has a key. */
function useOwnSet({ key }: Pick<Task, 'key'>, version: string): OwnSet | null {
  const read = async (signal: AbortSignal) => (key === null ? null : readOwnSet(key, signal))
  return usePolling(read, `${key} ${version}`).data ?? null
}

interface OwnSetProps {
  readonly task: Task
  /** Changes when the task does. */
  readonly version: string
}

/** The task set that a task belongs to, as an entry of a list of facts; nothing for none. */
export function OwnSetFact({ task, version }: OwnSetProps) {
  const set = useOwnSet(task, version)
  if (set === null) return null
  return (
    <Fact name="Task set">
      {set.name}
      {set.source !== null && (
        <>
          {' '}
          from <span class="code">{set.source}</span>
        </>
      )}
      , applied <Time at={set.applied_at} />
      {set.changed && <span class="hint">, changed since then</span>}
    </Fact>
  )
}

/** Says above a form that an apply of its task set may take a change back; nothing for a task of no set. */
export function OwnSetBanner({ task, version }: OwnSetProps) {
  const set = useOwnSet(task, version)
  if (set === null) return null
  return (
    <Banner>
      This task is kept in the file of the task set {set.name}. The next apply of that file takes back what you change
      in the fields that it states.
    </Banner>
  )
}

import type { FieldError } from '../formats/field-error.ts'
import { checkNewTask, type TaskRules } from '../tasks/input.ts'
import { checkPaused, withoutPastPause } from '../tasks/pause-change.ts'
import { type Compared, compare } from './compare.ts'
import { inSlices } from './in-slices.ts'
import { type Found, matchTasks } from './match.ts'
import type { SetPlan } from './model.ts'
import type { Candidate, StoredSet } from './read-set.ts'
import { checkTime, pathOf, type Wanted } from './wanted.ts'

/** A task that does not exist yet. */
interface Creation {
  readonly kind: 'create'
  readonly wanted: Wanted
  /** The member whose task was deleted by hand. */
  readonly deleted: Candidate | undefined
}

/** A task of the file that exists. */
export interface Match {
  readonly kind: 'match'
  readonly how: 'member' | 'move' | 'adopt'
  readonly wanted: Wanted
  readonly candidate: Candidate
  readonly compared: Compared
  /** The key by which the set knew it; null for a task that is adopted. */
  readonly from: string | null
}

/** A task of the file that cannot be applied. */
interface Conflict {
  readonly kind: 'conflict'
  readonly wanted: Wanted
  readonly reason: string
  readonly taskId: string | null
}

/** A member that is not in the file. */
export interface Leftover {
  readonly kind: 'leftover'
  readonly key: string
  readonly candidate: Candidate
  readonly action: 'delete' | 'pause' | 'keep'
}

/** What is to be done with one task. */
export type Step = Creation | Match | Conflict | Leftover

/** What a file comes to. */
export interface Steps {
  readonly steps: readonly Step[]
  /** Members that are gone with their tasks and not in the file. */
  readonly gone: readonly string[]
}

/**
 * Finds what is to be done so that the tasks of a set are what a file says.
 * @throws nothing; errors of fields are returned, with the paths of the request
 */
export async function planSteps(
  rules: TaskRules,
  stated: readonly Wanted[],
  { moved = [], adopt = false, prune = false }: Omit<SetPlan, 'tasks'>,
  stored: StoredSet,
): Promise<Steps & { errors: readonly FieldError[] }> {
  const errors: FieldError[] = []
  const now = Date.parse(stored.now)
  const wanted = stated.map((task) => ({ ...task, values: withoutPastPause(task.values, now) }))
  const { found, left } = matchTasks(wanted, moved, adopt, stored.candidates)
  const steps = await inSlices(wanted, (task): Step => {
    const match = found.get(task.key) as Found
    const add = (faults: readonly FieldError[]) =>
      errors.push(...faults.map((fault) => ({ ...fault, path: `${pathOf(task.key)}${fault.path}` })))
    add(checkTime(task))
    if (match.kind !== 'new') add(checkPaused(task.values))
    if (match.kind === 'conflict') return { kind: 'conflict', wanted: task, reason: match.reason, taskId: match.taskId }
    if (match.kind === 'new') {
      add(checkNewTask(rules, task.values))
      return { kind: 'create', wanted: task, deleted: match.deleted }
    }
    const { candidate, how, from } = match
    const compared = compare(rules, task, candidate, now)
    add(compared.errors)
    return { kind: 'match', how, wanted: task, candidate, compared, from }
  })
  const leftover = left.flatMap((candidate): Step[] => {
    if (candidate.task === null) return []
    const { status, paused_until } = candidate.task
    // A pause that ends by itself would have it run again.
    const isPaused = prune === 'pause' && status !== 'active' && paused_until === null
    const action = prune === false || isPaused ? 'keep' : prune === 'pause' ? 'pause' : 'delete'
    return [{ kind: 'leftover', key: candidate.member_key ?? '', candidate, action }]
  })
  const gone = left.filter(({ task }) => task === null).map(({ member_key }) => member_key ?? '')
  return { steps: [...steps, ...leftover], gone, errors }
}

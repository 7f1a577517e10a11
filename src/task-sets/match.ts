import type { SetPlan } from './model.ts'
import type { Candidate, CandidateTask } from './read-set.ts'
import type { Wanted } from './wanted.ts'

/** The stored task that a task of the file stands for. */
export type Found =
  | { readonly kind: 'new'; readonly deleted: Candidate | undefined }
  | { readonly kind: 'conflict'; readonly reason: string; readonly taskId: string | null }
  | {
      readonly kind: 'stored'
      readonly how: 'member' | 'move' | 'adopt'
      readonly candidate: Candidate & { readonly task: CandidateTask }
      readonly from: string | null
    }

type Moves = NonNullable<SetPlan['moved']>

const isStored = (candidate: Candidate): candidate is Candidate & { task: CandidateTask } => candidate.task !== null

/**
 * Finds the stored task of each task of the file: the member with its key, or with its earlier one, or a task of no set that
 * is adopted.
 * @returns by key; and the members that are not in the file
 */
export function matchTasks(
  wanted: readonly Wanted[],
  moves: Moves,
  adopt: boolean,
  candidates: readonly Candidate[],
): { found: ReadonlyMap<string, Found>; left: readonly Candidate[] } {
  const members = new Map(
    candidates.flatMap((one) => (one.member_key === null ? [] : [[one.member_key, one] as const])),
  )
  const holders = new Map(candidates.flatMap((one) => (one.task?.key ? [[one.task.key, one] as const] : [])))
  // A move that an earlier apply has made is not made again: its old key may be that of another task by now.
  const pending = moves.filter(({ from, to }) => members.get(to)?.applied?.moved_from !== from)
  const sources = new Map(pending.map(({ from, to }) => [to, from]))
  const keys = new Set(wanted.map(({ key }) => key))
  // A move whose task is not a member concerns another set, or a time before this one.
  const leaving = new Set(pending.filter(({ from, to }) => members.has(from) && keys.has(to)).map(({ from }) => from))
  const used = new Set<Candidate>()
  const take = (
    candidate: Candidate & { task: CandidateTask },
    how: 'member' | 'move' | 'adopt',
    from: string | null,
  ): Found => {
    if (used.has(candidate))
      return conflict('Another task of the file stands for the same task: give each a key of its own.', candidate)
    used.add(candidate)
    return { kind: 'stored', how, candidate, from }
  }
  const find = ({ key, values }: Wanted): Found => {
    const source = sources.get(key)
    const moving = source === undefined ? undefined : members.get(source)
    const member = leaving.has(key) ? undefined : members.get(key)
    if (moving !== undefined && isStored(moving)) {
      if (member !== undefined && isStored(member))
        return conflict(
          `moved says that this was ${source}, but the set has both. Take one of them out of the file.`,
          member,
        )
      return blocker(key, moving) ?? take(moving, 'move', source as string)
    }
    if (member !== undefined && isStored(member)) return blocker(key, member) ?? take(member, 'member', key)
    const holder = holders.get(key)
    if (holder !== undefined && !(holder.member_key !== null && leaving.has(holder.member_key))) {
      const reason = reasonAgainst(holder, adopt)
      if (reason !== undefined) return conflict(reason, holder)
      if (isStored(holder)) return take(holder, 'adopt', null)
    }
    const named = adopt
      ? candidates.filter(({ task, member_key, other_set }) => isFree(task, member_key, other_set, values.name))
      : []
    if (named.length > 1)
      return conflict(
        `${named.length} tasks without a key have the name ${JSON.stringify(values.name)}: give one of them this key first.`,
      )
    const [only] = named
    if (only !== undefined && isStored(only)) return take(only, 'adopt', null)
    const former = moving ?? members.get(key)
    return { kind: 'new', deleted: former !== undefined && !isStored(former) ? former : undefined }
  }
  /** A task that has the key, other than the one that is to have it. */
  const blocker = (key: string, own: Candidate): Found | undefined => {
    const holder = holders.get(key)
    if (holder === undefined || holder === own) return undefined
    if (holder.member_key !== null && (leaving.has(holder.member_key) || keys.has(holder.member_key))) return undefined
    return conflict(`Another task (${holder.task_id}) has this key. Give that task another key, or delete it.`, holder)
  }
  const found = new Map(wanted.map((task) => [task.key, find(task)]))
  const conflicts = wanted.map(({ key }) => key).filter((key) => found.get(key)?.kind === 'conflict')
  const disputed = new Set(conflicts.flatMap((key) => [key, sources.get(key)]))
  const isLeft = (one: Candidate) =>
    one.member_key !== null && !used.has(one) && !disputed.has(one.member_key) && !isReplaced(one, found)
  const left = candidates.filter(isLeft)
  return { found, left }
}

/** Whether the file has a new task in place of a member whose task was deleted. */
const isReplaced = ({ member_key, task }: Candidate, found: ReadonlyMap<string, Found>) =>
  task === null && found.has(member_key as string)

const conflict = (reason: string, candidate?: Candidate): Found => ({
  kind: 'conflict',
  reason,
  taskId: candidate?.task_id ?? null,
})

const isFree = (task: CandidateTask | null, member: string | null, set: string | null, name: string) =>
  task !== null && member === null && set === null && task.key === null && task.name === name

/** Returns why a task that has a wanted key cannot be taken into the set; undefined if it can. */
function reasonAgainst({ member_key, other_set, task_id }: Candidate, adopt: boolean): string | undefined {
  if (other_set !== null)
    return `The task with this key belongs to the set ${other_set}. Take it out of that set first.`
  if (member_key !== null)
    return `The task of ${member_key} was given this key by hand. Give it another one, or say so in moved.`
  return adopt
    ? undefined
    : `A task with this key exists (${task_id}) and belongs to no set. Apply with adopt to take it.`
}

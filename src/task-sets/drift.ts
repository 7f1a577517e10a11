import type { Secrets } from '../secrets/secrets.ts'
import { driftOf } from './applied.ts'
import type { Member } from './queries.ts'
import type { CandidateTask } from './read-set.ts'
import { openSecrets } from './secret-values.ts'

/** A member as the API returns it. */
export interface MemberState {
  readonly key: string
  readonly task_id: string
  /** Null if the task was deleted. */
  readonly name: string | null
  readonly applied_at: string
  /** The fields that somebody has changed since the last apply. */
  readonly drift: Readonly<Record<string, { applied: unknown; stored: unknown }>>
  readonly missing: boolean
}

/** Returns what has become of a member since the last apply. @param now in ms */
export function stateOf(secrets: Secrets, member: Member, now: number): MemberState {
  const { member_key: key, task_id, applied, applied_at, task } = member
  if (task === null) return { key, task_id, name: null, applied_at, drift: {}, missing: true }
  const open = () => openSecrets(secrets, task)
  const names = driftOf(secrets, member as Member & { task: CandidateTask }, open, now)
  const drift = [...names].map((name) => [name, { applied: applied.fields[name], stored: task[name] }])
  return { key, task_id, name: task.name, applied_at, drift: Object.fromEntries(drift), missing: false }
}

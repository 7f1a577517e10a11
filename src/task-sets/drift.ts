import { mask } from '../formats/secret-mask.ts'
import { isBareReference } from '../secrets/references.ts'
import { maskUrl } from '../secrets/secret-url.ts'
import type { Secrets } from '../secrets/secrets.ts'
import { driftOf } from './applied.ts'
import type { Member } from './queries.ts'
import type { Applied, CandidateTask } from './read-set.ts'
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
  const shown = maskApplied(secrets, applied, task)
  const drift = [...names].map((name) => [name, { applied: shown[name], stored: task[name] }])
  return { key, task_id, name: task.name, applied_at, drift: Object.fromEntries(drift), missing: false }
}

/** Masks what was applied in clear text and is secret by now: a URL that somebody made secret, a header that SECRET_HEADERS names. */
function maskApplied({ names }: Secrets, { fields }: Applied, { secret_url }: CandidateTask): Applied['fields'] {
  const header = Object.entries((fields.header ?? {}) as Record<string, string>).map(([name, value]) => [
    name,
    names.has(name) && !isBareReference(value) ? mask : value,
  ])
  const url = secret_url && typeof fields.url === 'string' ? maskUrl(fields.url) : fields.url
  return { ...fields, header: Object.fromEntries(header), url }
}

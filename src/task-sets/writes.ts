import type { SealedHeader, SecretUse } from '../secrets/secrets.ts'
import type { FieldValues } from '../task-fields/fields.ts'
import type { SealedTask } from '../tasks/insert.ts'
import type { Applied } from './read-set.ts'

/** A stored task as a plan saw it. It is written only if it is still the same. */
interface Seen {
  readonly id: string
  readonly seen_version: number
  readonly seen_secret_header: SealedHeader | null
  readonly seen_sealed_url: string | null
}

/** A task that is changed: all its fields as they are stored then, except the status, which stays where it is null. */
export interface ChangedTask extends Seen, Omit<FieldValues, 'status' | 'secret_url'> {
  readonly secret_url: true | null
  readonly status: string | null
  readonly secret_header: SealedHeader | null
  readonly sealed_url: string | null
  /** The time that the file gives to a task that runs once. */
  readonly sent_at: string | null
  /** The next time of a new pattern. */
  readonly next_at: string | null
  /** The version of its calendar, and the rule; empty without a calendar. */
  readonly calendar_use: string
  /** Whether another calendar has the next time of the pattern counted from now. */
  readonly counts_anew: boolean
}

/** A task that is deleted. */
export type EndedTask = Seen

/** A member as an apply records it. */
export interface WrittenMember {
  readonly key: string
  readonly task_id: string
  readonly applied: Applied
  /** The version since which a change counts as one by hand; null for the one that this apply writes. */
  readonly version: number | null
}

/** Everything that an apply writes. */
export interface Writes {
  readonly created: readonly SealedTask[]
  readonly changed: readonly ChangedTask[]
  readonly ended: readonly EndedTask[]
  readonly members: readonly WrittenMember[]
  /** Keys of members that are removed, or recorded anew because their tasks have other keys now. */
  readonly removedKeys: readonly string[]
  /** References of new headers to named secrets, with the ids of their tasks. */
  readonly uses: readonly (SecretUse & { readonly task_id: string })[]
  /** Tasks with new headers, and which of their headers keep their values. */
  readonly headers: readonly { readonly task_id: string; readonly retained: readonly string[] }[]
}

/** The set that is applied. */
export interface AppliedSet {
  readonly name: string
  /** The revision that the plan was made from. */
  readonly revision: number
  readonly source: string | null
  readonly summary: object
}

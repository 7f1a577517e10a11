import type { StoredHeader } from '../secrets/secrets.ts'
import { needsHttps } from '../tls-profiles/uses.ts'
import type { TaskUpdate } from './model.ts'
import type { TaskCondition } from './queries.ts'
import { dependsOnStored, type UrlChange } from './url-change.ts'

/** The fields that an update changes. Secret headers and URLs are encrypted. */
export type TaskChange = Omit<
  TaskUpdate,
  'id' | 'service_id' | 'starts_at' | 'runs_left' | 'created_at' | 'updated_at' | 'header' | 'url' | 'secret_url'
> & {
  readonly header?: StoredHeader
  readonly target?: UrlChange
}

/** A change that applies only under a condition. */
export interface ConditionalChange {
  readonly change: TaskChange
  readonly condition: TaskCondition
  /** Whether the change gives every field, those that were left out with their defaults. */
  readonly isReplacement?: boolean | undefined
}

/** Whether an update has conditions besides the schedule that it was computed from. */
export function hasOtherCondition({ change: { header, target, tls_profile }, condition }: ConditionalChange): boolean {
  const { versions, created_at, updated_at, key } = condition
  return (
    (versions ?? created_at ?? updated_at ?? key) !== undefined ||
    (header?.retained.length ?? 0) > 0 ||
    (target !== undefined && dependsOnStored(target)) ||
    needsHttps(target?.url, tls_profile)
  )
}

import type { StoredHeader } from '../secrets/secrets.ts'
import type { TaskUpdate } from './model.ts'
import type { TaskCondition } from './queries.ts'
import type { UrlChange } from './url-change.ts'

/** The fields that an update changes. Secret headers and URLs are encrypted. */
export type TaskChange = Omit<
  TaskUpdate,
  'id' | 'service_id' | 'starts_at' | 'created_at' | 'updated_at' | 'header' | 'url' | 'secret_url'
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

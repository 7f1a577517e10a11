import type { FieldError } from '../formats/field-error.ts'
import { invalid } from '../http/errors.ts'
import type { Status } from '../task-fields/statuses.ts'
import type { TaskChange } from './change.ts'
import type { StoredSchedule } from './queries.ts'

/** The fields of a pause. */
interface Pause {
  readonly status?: Status
  readonly paused_until?: string | null
}

/** Checks that only a paused task has a time until which it is paused. */
export function checkPaused({ status = 'active', paused_until }: Pause): FieldError[] {
  if (!paused_until || status === 'paused') return []
  const message = `is only for a task that is paused: send status paused with it, or leave it out; the status is ${status}`
  return [{ path: '/paused_until', message }]
}

/** Checks the pause of a new task. @param now in ms */
export function checkNewPause(pause: Pause, now: number): FieldError[] {
  return [...checkPaused(pause), ...checkUntil('/paused_until', pause.paused_until, now)]
}

/**
 * Checks that a pause ends in the future.
 * @param now in ms
 */
export function checkUntil(path: string, until: string | null | undefined, now: number): FieldError[] {
  if (!until || Date.parse(until) > now) return []
  return [{ path, message: `must be in the future, or left out for a pause without an end; ${until} is past` }]
}

/**
 * Returns fields as they are once the pause that they state is over: a file may go on stating it.
 * @param now in ms
 */
export function withoutPastPause<T extends { readonly status?: unknown; readonly paused_until?: unknown }>(
  fields: T,
  now: number,
): T {
  const { status, paused_until } = fields
  if (status !== 'paused' || typeof paused_until !== 'string' || Date.parse(paused_until) > now) return fields
  return { ...fields, status: 'active', paused_until: null }
}

/** Whether an update gives a pause an end. */
export const endsPause = ({ paused_until }: TaskChange): boolean => (paused_until ?? null) !== null

/**
 * Checks the end of a pause in an update, beside what is stored. A time that is stored already may be past: the task may be read
 * and sent back in the second before it is resumed.
 * @throws ApiError 400 for a task that is not paused after the update, and for a time that is past
 */
export function checkPause({ status, paused_until }: TaskChange, stored: StoredSchedule): void {
  const isStored = stored.paused_until !== null && Date.parse(paused_until ?? '') === Date.parse(stored.paused_until)
  const errors = [
    ...checkPaused({ status: status ?? stored.status, paused_until: paused_until ?? null }),
    ...(isStored ? [] : checkUntil('/paused_until', paused_until, Date.parse(stored.now))),
  ]
  if (errors.length > 0) throw invalid(errors)
}

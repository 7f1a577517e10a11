import type { Draft } from './draft.ts'
import { filled } from './header-rows.ts'
import { otherKind, scheduleOf, whole } from './schedule-draft.ts'

/** What the API is sent for a whole draft. What is no number goes as the text it is: the API says what it wants. */
export function bodyOf(draft: Draft) {
  return {
    name: draft.name,
    url: draft.url.trim(),
    method: draft.method,
    header: Object.fromEntries(filled(draft.header).map(({ name, value }) => [name.trim(), value])),
    payload: draft.payload === '' ? null : draft.payload,
    status: draft.status,
    ...scheduleOf(draft),
    timeout_seconds: draft.timeout_seconds.trim() === '' ? null : whole(draft.timeout_seconds),
    retries: draft.retries.trim() === '' ? 0 : whole(draft.retries),
  }
}

/** The fields that an edit changed, and no other; a schedule of another kind is sent as a whole. */
export function changeOf(before: Draft, now: Draft): Partial<ReturnType<typeof bodyOf>> {
  const old = bodyOf(before)
  const isOther = before.kind !== now.kind
  const changed = Object.entries(bodyOf(now)).filter(
    ([field, value]) => !(isOther && field in scheduleOf(now)) && !sameJson(value, old[field as keyof typeof old]),
  )
  return { ...Object.fromEntries(changed), ...(isOther ? otherKind(before, now) : {}) }
}

/** Equal as JSON, whatever the order of an object's names. */
export function sameJson(one: unknown, other: unknown): boolean {
  const sorted = (value: unknown) =>
    JSON.stringify(value, (_, inner) =>
      inner && typeof inner === 'object' && !Array.isArray(inner) ? Object.entries(inner).sort() : inner,
    )
  return sorted(one) === sorted(other)
}

/** What the API stores when a field is not sent. */
const defaults: Readonly<Record<string, unknown>> = { header: '{}', retries: '0' }

/** The body of a create without the fields that are as if they were not sent. */
export function shortBody(draft: Draft): object {
  const told = Object.entries(bodyOf(draft)).filter(
    ([field, value]) => value !== null && JSON.stringify(value) !== defaults[field],
  )
  return Object.fromEntries(told)
}

/** What saving this draft sends: the whole of a new task, or an edit's changes; undefined when there are none. */
export function requestOf(draft: Draft, edit?: { readonly id: string; readonly before: Draft }) {
  if (!edit) return { path: '/tasks', body: shortBody(draft) }
  const body = changeOf(edit.before, draft)
  return Object.keys(body).length === 0 ? undefined : { path: `/tasks/${edit.id}`, body }
}

export type FormRequest = NonNullable<ReturnType<typeof requestOf>>

import { type Draft, type FieldName, fieldEntries } from './form-fields.ts'
import { otherKind, scheduleOf } from './schedule-draft.ts'

/** The body of a request that sends every field of a draft. */
export function bodyOf(draft: Draft): Readonly<Record<FieldName, unknown>> {
  const values = [...fieldEntries].map(([name, { write }]) => [name, write(draft)])
  return Object.fromEntries(values)
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

/** The body for a new task, without fields that the API would set to the same value by itself; the status is always in it. */
export function shortBody(draft: Draft): object {
  const needed = Object.entries(bodyOf(draft)).filter(
    ([name, value]) => name === 'status' || (value !== null && !sameJson(value, fieldEntries.get(name)?.usual)),
  )
  return Object.fromEntries(needed)
}

/** What saving this draft sends: the whole of a new task, or an edit's changes; undefined when there are none. */
export function requestOf(draft: Draft, edit?: { readonly id: string; readonly before: Draft }) {
  if (!edit) return { path: '/tasks', body: shortBody(draft) }
  const body = changeOf(edit.before, draft)
  return Object.keys(body).length === 0 ? undefined : { path: `/tasks/${edit.id}`, body }
}

export type FormRequest = NonNullable<ReturnType<typeof requestOf>>

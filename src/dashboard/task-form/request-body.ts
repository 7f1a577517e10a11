import type { Draft, FieldName } from './form-field.ts'
import { fieldEntries } from './form-fields.ts'
import { otherKind, scheduleOf } from './schedule-draft.ts'

/** The body of a request that sends every field of a draft. */
export function bodyOf(draft: Draft): Readonly<Record<FieldName, unknown>> {
  const values = [...fieldEntries].map(([name, { write }]) => [name, write(draft)])
  return Object.fromEntries(values)
}

/** The body of an update: the fields that were edited. If the kind of schedule changed, all its fields. */
export function changeOf(before: Draft, now: Draft): Partial<ReturnType<typeof bodyOf>> {
  const old = bodyOf(before)
  const isOther = before.kind !== now.kind
  const changed = Object.entries(bodyOf(now)).filter(
    ([field, value]) => !(isOther && field in scheduleOf(now)) && !sameJson(value, old[field as keyof typeof old]),
  )
  return { ...Object.fromEntries(changed), ...(isOther ? otherKind(before, now) : {}) }
}

/** Whether two values are equal as JSON, regardless of the order of object members. */
export function sameJson(one: unknown, other: unknown): boolean {
  const sorted = (value: unknown) =>
    JSON.stringify(value, (_, inner) =>
      inner && typeof inner === 'object' && !Array.isArray(inner) ? Object.entries(inner).sort() : inner,
    )
  return sorted(one) === sorted(other)
}

/** The body for a new task, without fields that have the API’s default. The status is always included. */
export function shortBody(draft: Draft): object {
  const needed = Object.entries(bodyOf(draft)).filter(
    ([name, value]) => name === 'status' || (value !== null && !sameJson(value, fieldEntries.get(name)?.usual)),
  )
  return Object.fromEntries(needed)
}

/** The request that saves a draft: a new task, or the changes of an edit; undefined for an edit without changes. */
export function requestOf(draft: Draft, edit?: { readonly id: string; readonly before: Draft }) {
  if (!edit) return { path: '/tasks', body: shortBody(draft) }
  const body = changeOf(edit.before, draft)
  return Object.keys(body).length === 0 ? undefined : { path: `/tasks/${edit.id}`, body }
}

/** A request that saves a form: its path and its body. */
export type FormRequest = NonNullable<ReturnType<typeof requestOf>>

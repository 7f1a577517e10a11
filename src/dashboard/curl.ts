import { bodyOf, changeOf, type Draft } from './draft.ts'

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

/** The request as one line for a shell that holds the service's token in TOKEN. */
export function curlLine(served: string, serviceId: string, { path, body }: FormRequest): string {
  const json = quote(JSON.stringify(body))
  return `curl -u "${serviceId}:$TOKEN" -H 'Content-Type: application/json' ${quote(served + path)} -d ${json}`
}

/** In single quotes nothing means anything to a shell but the quote itself. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

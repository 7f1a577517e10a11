import { sendsBody } from '../task-fields/methods.ts'
import type { Task } from './model.ts'

/** The header of an answer that carries a warning. The body has none: it is the task and nothing else. */
const warningHeader = 'duly-warning'

/** The header as the OpenAPI document describes it. */
export const warningHeaders = {
  'Duly-Warning': {
    description: 'What is probably a mistake in the task, as a sentence. The task is stored as it was given.',
    schema: { type: 'string' },
  },
} as const

type Request = Pick<Task, 'method' | 'payload'> & { readonly header: object }

/** Fields of a form: names and values, of which the first has both. */
const form = /^[\w.%+~[\]-]+=[^\s=&<>{}"][^\s&<>{}"]*(&[\w.%+~[\]-]+=[^\s&<>{}"]*)*&?$/
const looksLikeForm =
  'looks like a form, and no header Content-Type is given, so many targets will not read it: add Content-Type: application/x-www-form-urlencoded'

/** Whether the payload of a task is sent, looks like a form, and has no content type. Targets ignore such a body without an error. */
const isFormWithoutType = ({ method, payload, header }: Request): boolean =>
  payload !== null &&
  sendsBody(method) &&
  form.test(payload) &&
  !Object.keys(header).some((name) => name.toLowerCase() === 'content-type')

/** Returns a task that was written as the response body, and sets the header with a warning about it, if there is one. */
export function withWarning<T extends Request>(set: { headers: Record<string, string | number> }, task: T): T {
  if (isFormWithoutType(task)) set.headers[warningHeader] = `The payload ${looksLikeForm}.`
  return task
}

/** Returns the header with a warning about tasks, which names them by their paths in the request; none if all is well. */
export function bulkWarning(tasks: readonly Request[]): Record<string, string> {
  const indexes = tasks.flatMap((task, index) => (isFormWithoutType(task) ? [index] : []))
  if (indexes.length === 0) return {}
  const [named, others] = [indexes.slice(0, 20), indexes.length - 20]
  const which = `${named.map((index) => `/tasks/${index}`).join(', ')}${others > 0 ? ` and ${others} others` : ''}`
  return { [warningHeader]: `The payload of ${which} ${looksLikeForm}.` }
}

import { mayRefer } from '../secrets/references.ts'
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

type Request = Pick<Task, 'method' | 'payload' | 'retries' | 'retry'> & { readonly header: object }

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

/** Whether a task has a policy for retries that it does not make. */
const isRetryInVain = ({ retry, retries }: Request): boolean => retry !== null && retries === 0

/** What a shell or Kubernetes would have replaced: `$(NAME)`, a command, `${NAME}`, and `$NAME` where a value ends with it. */
const unfilled = /\$\([^)]{1,200}\)|`[^`]{1,200}`|\$\{(?!secret\.)[A-Za-z_]\w{0,60}\}|(?:^|\s)\$[A-Z_][A-Z0-9_]{0,60}$/

/** Whether a header value has a variable or a command that was meant to be replaced before the task was sent. */
const hasUnfilledHeader = ({ header }: Request): boolean =>
  Object.values(header).some((value) => typeof value === 'string' && unfilled.test(value))

/** The same in a payload, which may be code of another language: variables in capitals, and the usual commands. */
const unfilledPayload = /\$\((?:[A-Z_][A-Z0-9_]{0,60}\)|(?:cat|date|hostname|uuidgen)\b)|\$\{[A-Z_][A-Z0-9_]{0,60}\}/

/** Whether a payload that is sent has a variable or a command that was meant to be replaced before the task was sent. */
const hasUnfilledPayload = ({ method, payload }: Request): boolean =>
  payload !== null && sendsBody(method) && unfilledPayload.test(payload)

/** Whether a payload that is sent refers to a named secret, as only header values can. */
const hasReferenceInPayload = ({ method, payload }: Request): boolean =>
  payload !== null && sendsBody(method) && mayRefer(payload)

/** What is probably a mistake: how to find it, and the sentence about it. */
const mistakes = [
  { subject: 'The payload', is: isFormWithoutType, sentence: looksLikeForm },
  {
    subject: 'The retry policy',
    is: isRetryInVain,
    sentence: 'has no effect, because retries is 0: set retries to how often a failed call is repeated',
  },
  {
    subject: 'A header',
    is: hasUnfilledHeader,
    sentence:
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the syntax of references
      'contains a shell variable or command, which is sent as it is: give the value itself, or refer to a named secret, as ${secret.NAME}',
  },
  {
    subject: 'The payload',
    is: hasUnfilledPayload,
    sentence: 'contains a shell variable or command, which is sent as it is: give the value itself',
  },
  {
    subject: 'The payload',
    is: hasReferenceInPayload,
    sentence: 'contains ${secret., which is sent as it is: only header values can refer to named secrets',
  },
] as const

/**
 * Returns a task that was written as the response body, and sets the header with warnings about it, if there are any.
 * @param header the request headers as the client sent them: those of the response have secret values masked
 */
export function withWarning<T extends Request>(
  set: { headers: Record<string, string | number> },
  task: T,
  header: object | null | undefined,
): T {
  const found = warningsOf({ ...task, header: header ?? task.header })
  if (found.length > 0) set.headers[warningHeader] = found.join(' ')
  return task
}

/** Returns the warnings about a task, as sentences. @param task with its headers as the client sent them */
export const warningsOf = (task: Request): string[] =>
  mistakes.filter(({ is }) => is(task)).map(({ subject, sentence }) => `${subject} ${sentence}.`)

/**
 * Returns the header with warnings about tasks, which names them by their paths in the request; none if all is well.
 * @param sent the tasks as the client sent them, in the same order
 */
export function bulkWarning(
  created: readonly Request[],
  sent: readonly { readonly header?: object | null }[],
): Record<string, string> {
  const tasks = created.map((task, index) => ({ ...task, header: sent[index]?.header ?? task.header }))
  const found = mistakes.flatMap(({ is, subject, sentence }) => {
    const indexes = tasks.flatMap((task, index) => (is(task) ? [index] : []))
    if (indexes.length === 0) return []
    const [named, others] = [indexes.slice(0, 20), indexes.length - 20]
    const which = `${named.map((index) => `/tasks/${index}`).join(', ')}${others > 0 ? ` and ${others} others` : ''}`
    return [`${subject} of ${which} ${sentence}.`]
  })
  return found.length === 0 ? {} : { [warningHeader]: found.join(' ') }
}

import type { AuditEntry } from '../../audit/model.ts'
import type { Execution } from '../../executions/model.ts'
import type { FieldError } from '../../formats/field-error.ts'
import type { Unit } from '../../schedule/unit.ts'
import type { Method } from '../../task-fields/methods.ts'
import type { Status } from '../../task-fields/statuses.ts'
import type { Task as AnsweredTask, OpenAlert, TaskFailing } from '../../tasks/model.ts'
import { served } from './address.ts'
import { ApiError, asApiError, outcomeUnknown } from './api-error.ts'
import { fetchText } from './fetch-text.ts'
import { parse, readingOf } from './known-answers.ts'
import { countLate } from './late.ts'
import { Once } from './once.ts'
import { noteReached } from './outage.ts'
import { type Credentials, loseSession, session } from './session.ts'

export type { Execution, FieldError, Method, Status, Unit }
export { ApiError, asApiError }
/** A task as the API answers it. */
export type Task = Omit<AnsweredTask, 'header'> & { readonly header: Readonly<Record<string, string>> }

/** A task with its version, as `If-Match` takes it. */
export interface Versioned {
  readonly task: Task
  readonly etag: string
}

/** What a list of tasks shows of recent executions. Ids and the time of each attempt would be most of what is sent. */
const recentFields = ['status', 'status_code', 'duration_ms', 'error', 'scheduled_for', 'queued_for'] as const

/** A recent execution of a task, as lists of tasks contain it. */
export type RecentResult = Pick<Execution, (typeof recentFields)[number]>

/** An open alert of a task, and since when it fails. */
export type { OpenAlert, TaskFailing }

/** A task in a list, with the results of its last 20 executions, newest first, its open alerts, and how it fails, if it does. */
export type ListedTask = Task & {
  readonly recent: readonly RecentResult[]
  readonly alerts: readonly OpenAlert[]
  readonly failing: TaskFailing | null
}

/** Fields of a task or of a service, by name. */
export type Fields = Readonly<Record<string, unknown>>

/** An audit entry: a change of a task, of the service or of its token. */
export type Change = Omit<AuditEntry, 'before' | 'after'> & {
  readonly before: Fields | null
  readonly after: Fields | null
}

/** One page of audit entries, and the number of all. */
interface ChangePage {
  readonly total_count: number
  readonly records: readonly Change[]
}

interface Answer<T> {
  readonly body: T
  readonly headers: Headers
}

interface Sending {
  readonly body?: object
  readonly etag?: string
  /** The Idempotency-Key. */
  readonly key?: string
  /** What to say when a write had no answer, in place of `inDoubt`. */
  readonly doubt?: string
  readonly signal?: AbortSignal
  readonly credentials?: Credentials
}

/** How long to wait for the next bytes of an answer, in ms. Without it, a request over a dead connection would never end. */
const patienceMs = { read: 10_000, write: 30_000 }

const noAnswer = 'Duly does not answer. Check that it runs and that you are connected, then try again.'
const inDoubt = 'Duly did not answer: this may have been done. Trying again is safe.'

/**
 * Sends every request of the dashboard. A 401 ends the session whose credentials were sent.
 * @throws ApiError, or the AbortError of `signal`
 */
export async function send<T>(method: string, path: string, sending: Sending = {}): Promise<Answer<T>> {
  const credentials = sending.credentials ?? current()
  const headers: Record<string, string> = { authorization: authorizationOf(credentials) }
  if (sending.body) headers['content-type'] = 'application/json'
  if (sending.etag) headers['if-match'] = sending.etag
  if (sending.key) headers['idempotency-key'] = sending.key
  const { signal, doubt = inDoubt } = sending
  const isRead = method === 'GET'
  const reading = isRead ? readingOf(credentials, path) : undefined
  Object.assign(headers, reading?.headers)
  let response: Response
  let text: string
  try {
    const init = { method, headers, body: sending.body && JSON.stringify(sending.body), signal }
    const answer = fetchText(served + path, init, isRead ? patienceMs.read : patienceMs.write)
    // Nobody has pressed a button for a read, and what can be called off only asks what a command would do.
    ;({ response, text } = await (isRead || signal ? answer : countLate(answer)))
  } catch (error) {
    if (signal?.aborted) throw error
    throw isRead ? new ApiError(0, noAnswer) : new ApiError(0, doubt, [], outcomeUnknown)
  }
  if (response.status < 502) noteReached()
  if (response.status === 401) loseSession(credentials)
  const body = reading ? reading.read(response, text) : parse(text)
  const { status } = response
  if (response.ok || (status === 304 && headers['if-none-match'])) return { body: body as T, headers: response.headers }
  const { message, errors, code } = (body ?? {}) as { message?: string; errors?: FieldError[]; code?: string }
  // A proxy that answers in place of Duly does not know what became of the request.
  if (!isRead && (code === outcomeUnknown || (status >= 502 && code === undefined)))
    throw new ApiError(status, doubt, [], outcomeUnknown)
  throw new ApiError(status, message ?? `The server answered ${status} and did not say why. Try again.`, errors, code)
}

/**
 * HTTP Basic (RFC 7617) in UTF-8, or Bearer without a service. The API's own headers have underscores in their names, and some
 * proxies drop those.
 */
function authorizationOf({ serviceId, token }: Credentials): string {
  if (serviceId === '') return `Bearer ${token}`
  return `Basic ${btoa(String.fromCharCode(...new TextEncoder().encode(`${serviceId}:${token}`)))}`
}

function current(): Credentials {
  const now = session.value
  if (now.kind !== 'in') throw new ApiError(401, 'You are signed out.')
  return now
}

/** Builds a query without the values that are ''. */
export function query(values: Readonly<Record<string, string | number>>): string {
  const filled = Object.entries(values).filter(([, value]) => value !== '')
  return new URLSearchParams(filled.map(([name, value]) => [name, String(value)])).toString()
}

export const taskPath = (id: string) => `/tasks/${encodeURIComponent(id)}`
const versioned = ({ body, headers }: Answer<Task>): Versioned => ({ task: body, etag: headers.get('etag') ?? '' })

/** Checks credentials by a request for one task. @throws ApiError, 401 for wrong credentials */
export async function tryCredentials(credentials: Credentials): Promise<void> {
  await send('GET', '/tasks?pageNumber=0&count=1', { credentials })
}

/** Which tasks match: the params of their list, each '' for any. */
export interface Matching {
  readonly search: string
  readonly status: string
  /** The last result: failing, well or never. */
  readonly result: string
  readonly flow: string
  readonly calendar: string
  readonly tls_profile: string
  /** What the last error contains. */
  readonly error: string
  readonly host: string
  readonly label: string
  readonly key: string
  readonly id: string
}

/** Which page of the list of tasks, and in which order. */
interface TaskQuery extends Matching {
  /** The field to sort by, with a leading - for descending order, or '' for newest first. */
  readonly sort: string
  /** Counted from 1. */
  readonly page: number
  readonly count: number
}

/** Lists tasks with their recent executions and open alerts. @returns one page, and the total number of tasks that match */
export async function listTasks({ page, ...rest }: TaskQuery, signal: AbortSignal) {
  const shown = { payload: 'false', include: 'recent,alerts,failing', recent_fields: recentFields.join() }
  const path = `/tasks?${query({ pageNumber: page - 1, ...rest, ...shown })}`
  const { body, headers } = await send<ListedTask[]>('GET', path, { signal })
  return { tasks: body, total: Number(headers.get('x-total-count')) }
}

/** Reads a task. @throws ApiError, 404 if there is none */
export async function readTask(id: string, signal?: AbortSignal): Promise<Versioned> {
  return versioned(await send<Task>('GET', taskPath(id), { signal }))
}

/** Creates a task, once for each `once`. @throws ApiError, 400 with an error for each invalid field */
export async function createTask(body: object, once: Once): Promise<Task> {
  const doubt = 'Duly did not answer: the task may have been created. Trying again is safe and makes one task.'
  return once.do(async (key) => (await send<Task>('POST', '/tasks', { body, key, doubt })).body)
}

/** Updates the fields in `change` only. @throws ApiError, 412 if the task no longer has the version `etag` */
export async function changeTask(id: string, change: object, etag?: string): Promise<Versioned> {
  return versioned(await send<Task>('POST', taskPath(id), { body: change, etag }))
}

/** Deletes a task and its executions. @throws ApiError, 404 if there is none */
export async function deleteTask(id: string): Promise<void> {
  await send('DELETE', taskPath(id))
}

/** The runs whose request was not answered, by credentials and task. */
const runs = new Map<string, Once>()

/**
 * Runs a task now, whatever its status and schedule. A request without an answer and the next one make one run.
 * @throws ApiError, 409 while an execution of the task is running
 */
export async function runTask(id: string): Promise<Execution> {
  const doubt = 'Duly did not answer: the run may have begun. Trying again is safe and makes one run.'
  const place = `${current().serviceId} ${id}`
  const once = runs.get(place) ?? new Once()
  runs.set(place, once)
  try {
    return await once.do(
      async (key) => (await send<Execution>('POST', `${taskPath(id)}/executions`, { key, doubt })).body,
    )
  } finally {
    if (!once.isInDoubt) runs.delete(place)
  }
}

/** Which changes are meant; '' for all. */
export interface ChangeFilter {
  readonly from: string
  readonly to: string
  /** Actions with commas between. */
  readonly action: string
  readonly who: string
  readonly task_id: string
}

/** Lists audit entries, newest first. @param id the task; undefined for the whole service */
export async function listChanges(
  id: string | undefined,
  { page, count, ...filter }: { page: number; count: number } & Partial<ChangeFilter>,
  signal: AbortSignal,
): Promise<ChangePage> {
  const path = `${id === undefined ? '' : taskPath(id)}/audit?${query({ pageNumber: page - 1, count, ...filter })}`
  return (await send<ChangePage>('GET', path, { signal })).body
}

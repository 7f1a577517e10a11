import type { AuditEntry } from '../../audit/model.ts'
import type { Execution } from '../../executions/model.ts'
import type { FieldError } from '../../formats/field-error.ts'
import type { Overview } from '../../overview/model.ts'
import type { Unit } from '../../schedule/unit.ts'
import type { Method } from '../../task-fields/methods.ts'
import type { Status } from '../../task-fields/statuses.ts'
import type { Task as AnsweredTask } from '../../tasks/model.ts'
import { served } from './address.ts'
import { type Credentials, loseSession, session } from './session.ts'

export type { Execution, FieldError, Method, Overview, Status, Unit }
export type Task = Omit<AnsweredTask, 'header'> & { readonly header: Readonly<Record<string, string>> }

/** A task and the version of it that was read: what If-Match takes. */
export interface Versioned {
  readonly task: Task
  readonly etag: string
}

/** One of the last results of a task, as a list of tasks holds them. */
export type RecentResult = Pick<
  Execution,
  'id' | 'status' | 'status_code' | 'duration_ms' | 'error' | 'scheduled_for' | 'created_at'
>

/** A task in a list, with its last 20 results, newest first. */
export type ListedTask = Task & { readonly recent: readonly RecentResult[] }

/** Fields of a task, or of the service, by their names. */
export type Fields = Readonly<Record<string, unknown>>

/** One change of a task, of the service or of its token, as the audit keeps it. */
export type Change = Omit<AuditEntry, 'before' | 'after'> & {
  readonly before: Fields | null
  readonly after: Fields | null
}

export interface ChangePage {
  readonly total_count: number
  readonly records: readonly Change[]
}

export interface ExecutionPage {
  readonly total_count: number
  readonly records: readonly Execution[]
}

/** What the API did not do. The message is a sentence for the reader; status 0 means that no answer came. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly errors: readonly FieldError[] = [],
  ) {
    super(message)
  }
}

/** Anything that was thrown, as something to show; what nobody foresaw goes to the console as well. */
export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error
  console.error(error)
  return new ApiError(0, 'Something went wrong in this page. Reload it; if it happens again, please report it.')
}

interface Answer<T> {
  readonly body: T
  readonly headers: Headers
}

interface Sending {
  readonly body?: object
  readonly etag?: string
  readonly signal?: AbortSignal
  readonly credentials?: Credentials
}

/** A reading that hangs longer than this is given up: behind a dead link no answer and no error ever comes. */
const timeoutMs = 10_000

const noAnswer = 'Duly does not answer. Check that it runs and that you are connected, then try again.'

/**
 * The only place that talks to the server. A 401 ends the session whose credentials were sent.
 * @throws ApiError, or the AbortError of `signal`
 */
async function send<T>(method: string, path: string, sending: Sending = {}): Promise<Answer<T>> {
  const credentials = sending.credentials ?? current()
  const headers: Record<string, string> = { authorization: basic(credentials) }
  if (sending.body) headers['content-type'] = 'application/json'
  if (sending.etag) headers['if-match'] = sending.etag
  const { signal } = sending
  const patient = signal && AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
  let response: Response
  let text: string
  try {
    response = await fetch(served + path, {
      method,
      headers,
      body: sending.body && JSON.stringify(sending.body),
      signal: patient,
    })
    text = await response.text()
  } catch (error) {
    if (signal?.aborted) throw error
    throw new ApiError(0, noAnswer)
  }
  if (response.status === 401) loseSession(credentials)
  const body = parse(text)
  if (response.ok) return { body: body as T, headers: response.headers }
  const { message, errors } = (body ?? {}) as { message?: string; errors?: FieldError[] }
  throw new ApiError(
    response.status,
    message ?? `The server answered ${response.status} and did not say why. Try again.`,
    errors,
  )
}

/** RFC 7617, in UTF-8. Proxies drop the API's own header, whose name has an underscore. */
function basic({ serviceId, token }: Credentials): string {
  return `Basic ${btoa(String.fromCharCode(...new TextEncoder().encode(`${serviceId}:${token}`)))}`
}

function current(): Credentials {
  const now = session.value
  if (now.kind !== 'in') throw new ApiError(401, 'You are signed out.')
  return now
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function query(values: Readonly<Record<string, string | number>>): string {
  const filled = Object.entries(values).filter(([, value]) => value !== '')
  return new URLSearchParams(filled.map(([name, value]) => [name, String(value)])).toString()
}

const taskPath = (id: string) => `/tasks/${encodeURIComponent(id)}`
const versioned = ({ body, headers }: Answer<Task>): Versioned => ({ task: body, etag: headers.get('etag') ?? '' })

/** Asks for one task with these credentials. @throws ApiError, 401 when they are not right */
export async function tryCredentials(credentials: Credentials): Promise<void> {
  await send('GET', '/tasks?pageNumber=0&count=1', { credentials })
}

export interface TaskQuery {
  readonly search: string
  /** One status, or '' for all. */
  readonly status: string
  /** A column of the API, with - in front for the reverse, or '' for newest first. */
  readonly sort: string
  /** Counted from 1. */
  readonly page: number
  readonly count: number
}

export async function listTasks({ page, ...rest }: TaskQuery, signal: AbortSignal) {
  const path = `/tasks?${query({ pageNumber: page - 1, ...rest, include: 'recent' })}`
  const { body, headers } = await send<ListedTask[]>('GET', path, { signal })
  return { tasks: body, total: Number(headers.get('x-total-count')) }
}

export async function readTask(id: string, signal?: AbortSignal): Promise<Versioned> {
  return versioned(await send<Task>('GET', taskPath(id), { signal }))
}

export async function createTask(body: object): Promise<Task> {
  return (await send<Task>('POST', '/tasks', { body })).body
}

/** Changes the fields in `change` and no other. @param etag refuses with 412 when the task is no longer that version */
export async function changeTask(id: string, change: object, etag?: string): Promise<Versioned> {
  return versioned(await send<Task>('POST', taskPath(id), { body: change, etag }))
}

export async function deleteTask(id: string): Promise<void> {
  await send('DELETE', taskPath(id))
}

/** Gives many tasks a status, all or none. @returns how many of them there still were */
export async function setStatuses(ids: readonly string[], status: Status): Promise<number> {
  return (await send<{ updated: number }>('POST', '/tasks/status', { body: { ids, status } })).body.updated
}

/** Runs a task beside its schedule, whatever its status. @throws ApiError, 409 while an execution of it is going on */
export async function runTask(id: string): Promise<Execution> {
  return (await send<Execution>('POST', `${taskPath(id)}/executions`)).body
}

/** When a task will run, and what clock changes do to it. */
export async function readUpcoming(id: string, signal: AbortSignal): Promise<Preview> {
  return (await send<Preview>('GET', `${taskPath(id)}/upcoming`, { signal })).body
}

/** When a task with these schedule fields would run next, and what clock changes do to it. */
export interface Preview {
  readonly upcoming: readonly string[]
  readonly warnings: readonly string[]
}

/** @throws ApiError, 400 with errors at the fields of the schedule that are not right */
export async function previewSchedule(schedule: object, signal: AbortSignal): Promise<Preview> {
  return (await send<Preview>('POST', '/schedule/preview', { body: schedule, signal })).body
}

/** How the service is doing: what fails, what ran and what comes. */
export async function readOverview(signal: AbortSignal): Promise<Overview> {
  return (await send<Overview>('GET', '/overview', { signal })).body
}

export async function listExecutions(
  id: string,
  { page, ...rest }: { status: string; page: number; count: number },
  signal: AbortSignal,
): Promise<ExecutionPage> {
  const path = `${taskPath(id)}/executions?${query({ pageNumber: page - 1, ...rest })}`
  return (await send<ExecutionPage>('GET', path, { signal })).body
}

/** @param id the task whose changes are wanted; undefined for those of the whole service */
export async function listChanges(
  id: string | undefined,
  { page, count }: { page: number; count: number },
  signal: AbortSignal,
): Promise<ChangePage> {
  const path = `${id === undefined ? '' : taskPath(id)}/audit?${query({ pageNumber: page - 1, count })}`
  return (await send<ChangePage>('GET', path, { signal })).body
}

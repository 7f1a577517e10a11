import { Elysia, ParseError, ValidationError } from 'elysia'
import { databaseIsAway, faultOf, mayHaveCommitted } from '../database/fault.ts'
import { noteCause } from './request-context.ts'

export interface FieldError {
  /** JSON pointer to the field, or `/name` for a query or path parameter. */
  readonly path: string
  readonly message: string
}

/** A refusal with its HTTP status. The message is for the caller and is sent as it stands. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly errors?: readonly FieldError[],
    readonly headers?: Readonly<Record<string, string>>,
  ) {
    super(message)
  }
}

/** Whoever sends a name of a megabyte knows it, and need not have it back. */
const longestPath = 300

/** 400 for fields that cannot be taken, each with its path. */
export function invalid(given: readonly FieldError[]): ApiError {
  const errors = given.map(({ path, message }) => ({
    path: path.length > longestPath ? `${path.slice(0, longestPath)}…` : path,
    message,
  }))
  const [first] = errors
  const sentence = first
    ? `${first.path.slice(1).replaceAll('/', '.') || 'The body'} ${first.message}`
    : 'The request is not valid'
  return new ApiError(400, errors.length > 1 ? `${sentence} (and ${errors.length - 1} more)` : sentence, errors)
}

/** The answer to missing, malformed, unknown and wrong credentials alike. Its scheme opens no browser's password box. */
export function unauthorized(): ApiError {
  const headers = { 'www-authenticate': 'Duly realm="duly"' }
  const message = 'Unknown service id or wrong token. Send the headers service_id and token, or HTTP Basic.'
  return new ApiError(401, message, undefined, headers)
}

/** The answer to failed credentials from an address that sent too many of them; right ones are always let in. */
export function tooManyFailures(waitSeconds: number): ApiError {
  const message =
    'Too many requests with wrong credentials came from this address within a minute. Check the service id and the token, and wait before the next attempt; right ones are let in at any time.'
  return new ApiError(429, message, undefined, { 'retry-after': String(waitSeconds) })
}

/** The 404 for a task that does not exist, and for one that belongs to somebody else: the two look the same. */
export function taskNotFound(): ApiError {
  return new ApiError(404, 'There is no task with this id.')
}

/** What a violated constraint means to the caller, where the input checks before it let the value through. */
const constraintErrors: Readonly<Record<string, FieldError>> = {
  task_name_length: { path: '/name', message: 'must have 1 to 200 characters' },
  task_url_is_http: { path: '/url', message: 'must be an http or https URL of at most 4096 characters' },
  task_header_is_object: { path: '/header', message: 'must be an object of strings' },
  task_secret_header_is_object: { path: '/header', message: 'must be an object of strings' },
  task_payload_size: { path: '/payload', message: 'must be at most 256 KiB' },
  task_method_known: { path: '/method', message: 'must be GET, POST, PUT, DELETE or OPTIONS' },
  task_status_known: { path: '/status', message: 'must be active, paused or disabled' },
  task_unit_known: { path: '/unit', message: 'must be minute, hour, day, week or month' },
  task_frequency_positive: { path: '/frequency', message: 'must be a whole number above 0' },
  task_frequency_has_unit: { path: '/frequency', message: 'must come together with unit: send both, or null for both' },
  task_one_schedule: { path: '/cron', message: 'cannot stand beside frequency: a task has one kind of schedule' },
  task_cron_has_time_zone: { path: '/time_zone', message: 'is only for a task with cron, and needed there' },
  task_cron_length: { path: '/cron', message: 'must be a cron pattern of at most 200 characters' },
  task_time_zone_length: { path: '/time_zone', message: 'must be the IANA name of a time zone' },
  task_frequency_within_ten_years: {
    path: '/frequency',
    message: 'must be smaller: frequency × unit may be ten years at most',
  },
  task_scheduled_at_in_range: { path: '/scheduled_at', message: 'must lie between the years 1 and 9999' },
  task_has_next_time: {
    path: '/scheduled_at',
    message: 'is required for a task that runs once, and with a cron pattern that has no further time in its time zone',
  },
  task_timeout_in_range: { path: '/timeout_seconds', message: 'must be a whole number from 1 to 3600' },
  idempotency_key_length: { path: '/idempotency-key', message: 'must have 1 to 255 characters' },
  task_retries_in_range: { path: '/retries', message: 'must be a whole number from 0 to 10' },
}

const json = (status: number, body: object, headers: Readonly<Record<string, string>> = {}) =>
  new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
  })

/** The envelope of every refusal. */
export function errorResponse(error: ApiError): Response {
  return json(
    error.status,
    error.errors ? { message: error.message, errors: error.errors } : { message: error.message },
    error.headers,
  )
}

/** 503 for a database that cannot be asked now, where it is certain that the request changed nothing. */
export const databaseAway = new ApiError(
  503,
  'The database cannot be reached right now. Nothing was changed; try again.',
  undefined,
  { 'retry-after': '1' },
)

/** 503 for a write that was on its way when the database stopped answering: it may have been carried out, or may yet be. */
export const outcomeUnknown = new ApiError(
  503,
  'The database did not answer, so the outcome is unknown: the request may have been carried out, or may still be. If it had an Idempotency-Key, repeat it with the same one; otherwise read what is stored before you repeat it.',
  undefined,
  { 'retry-after': '1' },
)

/** 503 for a database that answers and does not work: a grant, a table, a role or space on its disk is missing. */
export const databaseUnwell = new ApiError(
  503,
  'The database does not carry this out right now; why has been logged. Nothing was changed; try again.',
  undefined,
  { 'retry-after': '1' },
)

/** The 503 for a request that ends without an answer of the database; a read changes nothing, whatever became of it. */
export function unanswered({ method }: Request): ApiError {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS' ? databaseAway : outcomeUnknown
}

/** The one sentence for what nobody foresaw. */
export const internalFault = new ApiError(500, 'Something went wrong inside Duly. It has been logged.')

/** Turns anything that was thrown into a refusal; undefined for what nobody foresaw. */
export function toApiError(error: unknown): ApiError | undefined {
  if (error instanceof ApiError) return error
  if (error instanceof ParseError) return toApiError(error.cause)
  if (error instanceof ValidationError) return error.type === 'response' ? undefined : invalid(fieldErrors(error))
  if (databaseIsAway(error)) return mayHaveCommitted(error) ? outcomeUnknown : databaseAway
  const { code, constraint_name } = (error ?? {}) as { code?: string; constraint_name?: string }
  // A frequency that overflows every time fails in the sum, before its constraint.
  const known = constraintErrors[code === '22008' ? 'task_frequency_within_ten_years' : (constraint_name ?? '')]
  if (known) return invalid([known])
  // The service was deleted between its authentication and its write.
  if (code === '23503' && constraint_name === 'task_service_fkey') return unauthorized()
  if (code === '22021' || code === '22P05')
    return new ApiError(400, 'The request holds a character that cannot be stored (NUL).')
  return faultOf(error) === 'database' || code?.startsWith('XX') ? databaseUnwell : undefined
}

interface SchemaFault {
  readonly path?: string
  readonly value?: unknown
  readonly message?: string
  readonly schema?: {
    readonly format?: string
    readonly description?: string
    readonly properties?: Readonly<Record<string, unknown>>
  }
}

/** What is wrong with a text by its format, for formats whose faults are many. */
const formatFaults = new Map<string, (text: string) => string | undefined>()

/**
 * Says how a text can break a format. Call it where the format is registered.
 * @param fault returns the end of a sentence that begins with the field's name, or undefined when nothing is wrong
 */
export function describeFormat(format: string, fault: (text: string) => string | undefined): void {
  formatFaults.set(format, fault)
}

/** One error per field; a schema's description is written so that it ends the sentence "must be …". */
function fieldErrors(error: ValidationError): FieldError[] {
  const kind = error.type === 'query' ? 'parameter' : 'field'
  const found = new Map<string, string>()
  for (const fault of error.all as readonly SchemaFault[]) {
    const path = fault.path || '/'
    if (!found.has(path)) found.set(path, sentence(fault, kind))
  }
  return [...found].map(([path, message]) => ({ path, message }))
}

function sentence({ path, value, message = '', schema }: SchemaFault, kind: string): string {
  if (message.includes('Unexpected property')) {
    const known = Object.keys(schema?.properties ?? {}).join(', ')
    const which = path === '/' ? `has a ${kind} without a name` : `is not a known ${kind}`
    return `${which}; ${known ? `known are ${known}` : 'none is taken here'}`
  }
  if (message.includes('required property')) return 'is required'
  const cause = typeof value === 'string' ? formatFaults.get(schema?.format ?? '')?.(value) : undefined
  if (cause !== undefined) return cause
  return schema?.description ? `must be ${schema.description}` : message.toLowerCase() || 'is not valid'
}

/**
 * The one error handler of the HTTP side. Register it first. What nobody foresaw becomes a 500 that tells nothing of the
 * inside; its cause is noted for the request's line in the log.
 * @param wrongMethod tells a wrong method from an unknown address
 */
export function handleErrors(wrongMethod: (path: string) => ApiError | undefined) {
  return new Elysia({ name: 'errors' }).onError({ as: 'global' }, ({ error, code, request }) => {
    if (code === 'NOT_FOUND')
      return errorResponse(
        wrongMethod(new URL(request.url).pathname) ??
          new ApiError(404, 'There is no such address. The API is described at /swagger.'),
      )
    const known = toApiError(error)
    if (known === databaseUnwell) noteCause(request, error)
    if (known === outcomeUnknown) return errorResponse(unanswered(request))
    if (known) return errorResponse(known)
    noteCause(request, error)
    return errorResponse(internalFault)
  })
}

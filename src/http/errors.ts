import type { FieldError } from '../formats/field-error.ts'
import { challenges, instructions } from './auth-schemes.ts'
import { codeOfStatus, type ErrorCode, type ErrorStatus, errorCodes } from './error-codes.ts'
import { isSafe } from './request-methods.ts'
import type { RouteScope } from './scopes.ts'

/** An error response: its HTTP status, its code, and a message that is sent to the caller unchanged. */
export class ApiError extends Error {
  readonly code: ErrorCode
  readonly status: ErrorStatus

  /** @param kind a code of `errorCodes`, which has its status; or a status, for the code that `codeOfStatus` gives it */
  constructor(
    kind: ErrorCode | ErrorStatus,
    message: string,
    readonly errors?: readonly FieldError[],
    readonly headers?: Readonly<Record<string, string>>,
    /** Further members of the body. */
    readonly more?: Readonly<Record<string, unknown>>,
  ) {
    super(message)
    this.code = typeof kind === 'string' ? kind : codeOfStatus[kind]
    this.status = errorCodes[this.code].status
  }
}

/** Longest path in an error, in characters. Field names come from the caller and can be a megabyte long. */
const longestPath = 300

/** 400 for invalid fields. The message is the sentence of the first one. */
export function invalid(given: readonly FieldError[]): ApiError {
  const errors = given.map(({ path, message, code = 'invalid' }) => ({
    path: path.length > longestPath ? `${path.slice(0, longestPath)}…` : path,
    message,
    code,
  }))
  const [first] = errors
  const sentence = first
    ? `${first.path.slice(1).replaceAll('/', '.') || 'The body'} ${first.message}`
    : 'The request is not valid'
  return new ApiError(400, errors.length > 1 ? `${sentence} (and ${errors.length - 1} more)` : sentence, errors)
}

/** 409 for a key that another task has. @param key undefined if it is not known which of the request it is */
export const keyTaken = (key: string | undefined): ApiError => {
  const [which, address] = key === undefined ? ['a key of the request', '{key}'] : [`the key ${key}`, key]
  return new ApiError(
    'key_taken',
    `Another task of this service has ${which}. Change that task (PUT /tasks/by-key/${address}), or choose another key.`,
  )
}

/** 401, the same for missing, malformed, unknown and wrong credentials. */
export function unauthorized(): ApiError {
  const message = `Unknown service id or wrong token. Send ${instructions.replaceAll('`', '')}.`
  return new ApiError(401, message, undefined, { 'www-authenticate': challenges })
}

/** 429 for wrong credentials from an address that sent too many of them. Valid credentials never get it. */
export function tooManyFailures(waitSeconds: number): ApiError {
  const message =
    'Too many requests with wrong credentials came from this address within a minute. Check the service id and the token, and wait before the next attempt; valid ones are accepted at any time.'
  return new ApiError(429, message, undefined, { 'retry-after': String(waitSeconds) })
}

/** 403 for a token that has not the scope of the route. */
export function forbidden(has: readonly RouteScope[], needed: RouteScope): ApiError {
  const held = `the scope${has.length === 1 ? '' : 's'} ${has.join(', ')}`
  const others =
    needed === 'operator'
      ? 'Only the tokens of operators have it: duly operator-token create makes one, where Duly runs.'
      : `Ask whoever keeps the tokens of this service for one that has it: POST /tokens or duly token create makes it, with a token that has ${needed === 'write' ? needed : `write and ${needed}`}.`
  return new ApiError(403, `This token has ${held}; ${needed} is needed. ${others}`)
}

/** 401 for the token of an operator that came without the id of a service, where one is needed. */
export function serviceNotNamed(): ApiError {
  return new ApiError(
    401,
    'This is the token of an operator, which reads any service: send the id of the service too, as the header service_id or with HTTP Basic. GET /services lists the services.',
  )
}

/** 404 for a task that does not exist or belongs to another service; the caller cannot tell which. */
export function taskNotFound(name: 'id' | 'key' = 'id'): ApiError {
  return new ApiError('task_not_found', `There is no task with this ${name}.`)
}

/** 404 for an execution that the task does not have, or no longer. */
export function executionNotFound(): ApiError {
  return new ApiError(
    'execution_not_found',
    'The task has no execution with this id, or it is past its retention or TASK_HISTORY_BYTES.',
  )
}

/** 503 when the database cannot be reached and the request has certainly changed nothing. */
export const databaseUnavailable = new ApiError(
  503,
  'The database cannot be reached right now. Nothing was changed; try again.',
  undefined,
  { 'retry-after': '1' },
)

/** 503 for a write to which the database did not answer: it may have been committed, or may be committed later. */
export const outcomeUnknown = new ApiError(
  'outcome_unknown',
  'The database did not answer, so the outcome is unknown: the request may have been carried out, or may still be. If it had an Idempotency-Key, repeat it with the same one; otherwise read what is stored before you repeat it.',
  undefined,
  { 'retry-after': '1' },
)

/** 503 when the database answers with an error that the request did not cause: a missing grant, table or role, a full disk. */
export const databaseFault = new ApiError(
  'database_fault',
  'The database cannot carry this out right now; the cause has been logged. Nothing was changed; try again.',
  undefined,
  { 'retry-after': '1' },
)

/** 503 for a request to which the database gave no answer: `databaseUnavailable` for a read, `outcomeUnknown` for a write. */
export function noDatabaseAnswer({ method }: Request): ApiError {
  return isSafe(method) ? databaseUnavailable : outcomeUnknown
}

/** 500 for an unexpected error. */
export const internalError = new ApiError(500, 'Something went wrong inside Duly. It has been logged.')

import { Elysia, ParseError, ValidationError } from 'elysia'
import { faultOf, isDatabaseUnavailable, mayHaveCommitted } from '../database/fault.ts'
import { constraintErrors } from './constraint-errors.ts'
import { errorResponse } from './error-response.ts'
import {
  ApiError,
  databaseFault,
  databaseUnavailable,
  internalError,
  invalid,
  keyTaken,
  noDatabaseAnswer,
  outcomeUnknown,
  unauthorized,
} from './errors.ts'
import { setCause } from './request-context.ts'
import { fieldErrors } from './validation-errors.ts'

/** What the driver says of an error of the database. */
interface Violation {
  readonly code?: string
  readonly constraint_name?: string
  /** Of a violated unique constraint: its columns and the values that exist. */
  readonly detail?: string
}

/** Converts a thrown value to the error that the caller gets; undefined for an unexpected one. */
function toApiError(error: unknown): ApiError | undefined {
  if (error instanceof ApiError) return error
  if (error instanceof ParseError) return toApiError(error.cause)
  if (error instanceof ValidationError) return error.type === 'response' ? undefined : invalid(fieldErrors(error))
  if (isDatabaseUnavailable(error)) return mayHaveCommitted(error) ? outcomeUnknown : databaseUnavailable
  const { code, constraint_name, detail } = (error ?? {}) as Violation
  if (code === '23505' && constraint_name === 'task_key_unique_in_service')
    return keyTaken(/=\([^,]+, (.+)\)/.exec(detail ?? '')?.[1])
  // 22008, datetime field overflow: a large frequency overflows when it is added to a time, before its constraint is checked.
  const known = constraintErrors[code === '22008' ? 'task_frequency_within_ten_years' : (constraint_name ?? '')]
  if (known) return invalid([known])
  // Foreign key violation: the service was deleted after the request was authenticated.
  if (code === '23503' && constraint_name?.endsWith('_service_fkey')) return unauthorized()
  if (code === '22021' || code === '22P05')
    return new ApiError(400, 'The request contains a character that cannot be stored (NUL).')
  return faultOf(error) === 'database' || code?.startsWith('XX') ? databaseFault : undefined
}

/**
 * The error handler of the HTTP side. Register it before any route. An unexpected error becomes a 500 without details; the
 * error itself goes to the access log.
 * @param wrongMethod returns the 405 for a known path, undefined for an unknown one
 */
export function handleErrors(wrongMethod: (path: string) => ApiError | undefined) {
  return new Elysia({ name: 'errors' }).onError({ as: 'global' }, ({ error, code, request }) => {
    if (code === 'NOT_FOUND')
      return errorResponse(
        wrongMethod(new URL(request.url).pathname) ??
          new ApiError(404, 'There is no such address. The API is described at /swagger.'),
        request,
      )
    const known = toApiError(error)
    if (known === databaseFault) setCause(request, error)
    if (known === outcomeUnknown) return errorResponse(noDatabaseAnswer(request), request)
    if (known) return errorResponse(known, request)
    setCause(request, error)
    return errorResponse(internalError, request)
  })
}

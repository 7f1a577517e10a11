import { type TSchema, Type } from '@sinclair/typebox'
import { fieldErrorCodes } from '../formats/field-error.ts'
import { securityRequirement } from './auth-schemes.ts'
import { errorCodes } from './error-codes.ts'

/** The `code` of an error response, as an enum whose description says what each one means. */
const ErrorCode = Type.String({
  $id: 'ErrorCode',
  enum: Object.keys(errorCodes),
  description: [
    'what was wrong, for a program. More codes may be added.\n',
    ...Object.entries(errorCodes).map(([code, { status, text }]) => `- \`${code}\` (${status}): ${text}`),
  ].join('\n'),
})

/** The `code` of a field in an error response. */
const FieldErrorCode = Type.String({
  $id: 'FieldErrorCode',
  enum: Object.keys(fieldErrorCodes),
  description: [
    'what is wrong with the field, for a program. More codes may be added.\n',
    ...Object.entries(fieldErrorCodes).map(([code, text]) => `- \`${code}\`: ${text}`),
  ].join('\n'),
})

/** The body of every error response. */
const ErrorBody = Type.Object(
  {
    message: Type.String({ description: 'what was wrong, for a person' }),
    code: ErrorCode,
    errors: Type.Optional(
      Type.Array(
        Type.Object(
          {
            path: Type.String({ description: 'the field or parameter, such as /frequency' }),
            message: Type.String({
              description: 'what is wrong with it, as the rest of a sentence that begins with its name',
            }),
            code: FieldErrorCode,
          },
          { $id: 'FieldError' },
        ),
        { description: 'each field that cannot be taken' },
      ),
    ),
    plan: Type.Optional(
      Type.Unknown({ description: 'with `plan_changed` and `plan_refused`: the plan, as `planTaskSet` returns it' }),
    ),
  },
  { $id: 'Error' },
)

const header = (description: string, type = 'string') => ({ description, schema: { type } })
const retryAfter = { 'Retry-After': header('Seconds to wait.', 'integer') }

/** The responses of errors that operations share, by status. `code` is that of the example. */
const shared: Readonly<Record<number, SharedResponse>> = {
  400: { name: 'BadRequest', code: 'invalid_input', description: 'Invalid input; `errors` names the fields.' },
  401: {
    name: 'Unauthorized',
    code: 'unauthorized',
    description: 'Missing, malformed, unknown or wrong credentials.',
    headers: { 'WWW-Authenticate': header('A scheme of our own, so that no browser opens its password dialog.') },
  },
  403: {
    name: 'Forbidden',
    code: 'missing_scope',
    description: 'The token lacks the scope of this operation, which `x-scope` names.',
  },
  404: { name: 'NotFound', code: 'task_not_found', description: 'The service has nothing with this id.' },
  409: { name: 'Conflict', code: 'task_busy', description: 'Not possible now; `code` says why.' },
  412: {
    name: 'PreconditionFailed',
    code: 'stale_version',
    description: 'The task was changed since the version in If-Match.',
  },
  413: { name: 'ContentTooLarge', code: 'too_large', description: 'The body is too large.' },
  415: { name: 'UnsupportedMediaType', code: 'unsupported_media_type', description: 'The body is not JSON.' },
  429: {
    name: 'TooManyRequests',
    code: 'rate_limited',
    description:
      'More than 30 requests with wrong credentials came from this address within a minute, or the requests of the service that are in progress take too much memory.',
    headers: retryAfter,
  },
  500: { name: 'InternalServerError', code: 'internal', description: 'An unexpected error inside Duly.' },
  503: {
    name: 'ServiceUnavailable',
    code: 'database_unavailable',
    description: 'The database cannot be used right now; `code` says whether something may have been changed.',
    headers: retryAfter,
  },
}

interface SharedResponse {
  readonly name: string
  readonly code: keyof typeof errorCodes
  readonly description: string
  readonly headers?: Readonly<Record<string, object>>
}

const etag = { ETag: header('Names the body, for If-None-Match; a list that is streamed has none.') }
const unchanged = 'If-None-Match has the ETag of what would be returned. There is no body.'

const content = (schema: TSchema) => ({ 'application/json': { schema } })

/** The OpenAPI `components.responses`. */
export const errorResponses: Readonly<Record<string, object>> = Object.fromEntries(
  Object.values(shared).map(({ name, code, description, headers }) => [
    name,
    {
      description,
      ...(headers ? { headers } : {}),
      content: { 'application/json': { schema: ErrorBody, example: { message: errorCodes[code].text, code } } },
    },
  ]),
)

/**
 * Returns the OpenAPI Response Object of an error status.
 * @param description for an operation for which that of the shared response does not fit
 */
export function errorEntry(status: number, description?: string): object {
  const { name = '' } = shared[status] ?? {}
  return description === undefined
    ? { $ref: `#/components/responses/${name}` }
    : { ...errorResponses[name], description }
}

/** A successful response; one without `schema` has no body. */
interface SuccessResponse {
  readonly status: number
  readonly description: string
  readonly schema?: TSchema
  readonly headers?: Record<string, object>
  /** Whether the response has an ETag, and is 304 when If-None-Match names it. */
  readonly revalidates?: boolean
}

const successEntry = ({ description, schema, headers, revalidates = false }: SuccessResponse) => ({
  description,
  ...(headers || revalidates ? { headers: { ...(revalidates ? etag : {}), ...headers } } : {}),
  ...(schema ? { content: content(schema) } : {}),
})

/**
 * Returns the OpenAPI Operation Object of a route that needs credentials: id, summary, every response, and security.
 * @param id names the operation in generated clients, such as `createTask`; never changed once it is released
 * @param ok the successful response
 * @param errors statuses of further errors; 401, 429, 500 and 503 are always included
 * @param alsoOk a second successful response, of a route that creates or replaces
 */
export function operation(
  id: string,
  summary: string,
  ok: SuccessResponse,
  errors: readonly number[],
  alsoOk?: SuccessResponse,
) {
  const responses: Record<string, object> = {}
  for (const success of alsoOk ? [ok, alsoOk] : [ok]) responses[success.status] = successEntry(success)
  if (ok.revalidates) responses[304] = { description: unchanged, headers: etag }
  for (const status of [...new Set([...errors, 401, 429, 500, 503])].sort()) responses[status] = errorEntry(status)
  return { operationId: id, summary, responses: responses as never, security: securityRequirement }
}

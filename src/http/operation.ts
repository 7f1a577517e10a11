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
        Type.Object({
          path: Type.String({ description: 'the field or parameter, such as /frequency' }),
          message: Type.String({
            description: 'what is wrong with it, as the rest of a sentence that begins with its name',
          }),
          code: FieldErrorCode,
        }),
        { description: 'each field that cannot be taken' },
      ),
    ),
  },
  { $id: 'Error' },
)

const descriptions: Readonly<Record<number, string>> = {
  400: 'Input that cannot be taken; `errors` names the fields.',
  401: 'Missing, malformed, unknown or wrong credentials.',
  403: 'The token has not the scope of this operation, which `x-scope` names.',
  404: 'Nothing of this service has this id.',
  409: 'Not possible now.',
  412: 'The task was changed since the version in If-Match.',
  413: 'The body is too large.',
  415: 'The body is not JSON.',
  429: 'Failed credentials again, after 30 within a minute from the same address. Right ones are never answered so.',
  500: 'A fault inside Duly.',
  503: 'The database cannot be reached right now.',
}

const header = (description: string) => ({ description, schema: { type: 'string' } })

const headersOf: Readonly<Record<number, Record<string, object>>> = {
  401: { 'WWW-Authenticate': header('A scheme of our own, so that no browser opens its password box.') },
  429: { 'Retry-After': header('Seconds to wait.') },
  503: { 'Retry-After': header('Seconds to wait.') },
}

const content = (schema: TSchema) => ({ 'application/json': { schema } })

/** Returns the OpenAPI Response Object of an error status. */
export const errorEntry = (status: number, description = descriptions[status] ?? 'Refused.') => ({
  description,
  ...(headersOf[status] ? { headers: headersOf[status] } : {}),
  content: content(ErrorBody),
})

/** A successful response; one without `schema` has no body. */
interface SuccessResponse {
  readonly status: number
  readonly description: string
  readonly schema?: TSchema
  readonly headers?: Record<string, object>
}

const successEntry = ({ description, schema, headers }: SuccessResponse) => ({
  description,
  ...(headers ? { headers } : {}),
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
  for (const status of [...new Set([...errors, 401, 429, 500, 503])].sort()) responses[status] = errorEntry(status)
  return { operationId: id, summary, responses: responses as never, security: securityRequirement }
}

import { type TSchema, Type } from '@sinclair/typebox'

/** The envelope of every refusal. */
export const Refusal = Type.Object(
  {
    message: Type.String({ description: 'what was wrong, for a person' }),
    errors: Type.Optional(
      Type.Array(
        Type.Object({
          path: Type.String({ description: 'the field or parameter, such as /frequency' }),
          message: Type.String(),
        }),
        { description: 'each field that cannot be taken' },
      ),
    ),
  },
  { $id: 'Error' },
)

const sentences: Readonly<Record<number, string>> = {
  400: 'Input that cannot be taken; `errors` names the fields.',
  401: 'Missing, malformed, unknown or wrong credentials.',
  404: 'No such task of this service.',
  409: 'Not possible now.',
  412: 'The task was changed since the version in If-Match.',
  413: 'The body is too large.',
  415: 'The body is not JSON.',
  429: 'Failed credentials again, after 30 within a minute from the same address. Right ones are never answered so.',
  500: 'A fault inside Duly.',
  503: 'The database cannot be reached right now.',
}

const text = (description: string) => ({ description, schema: { type: 'string' } })

const headersOf: Readonly<Record<number, Record<string, object>>> = {
  401: { 'WWW-Authenticate': text('A scheme of our own, so that no browser opens its password box.') },
  429: { 'Retry-After': text('Seconds to wait.') },
  503: { 'Retry-After': text('Seconds to wait.') },
}

/** One refusal of the OpenAPI document. */
export const refusal = (status: number, description = sentences[status] ?? 'Refused.') => ({
  description,
  ...(headersOf[status] ? { headers: headersOf[status] } : {}),
  content: content(Refusal),
})

/** Either pair of headers, or Basic. */
const security: Record<string, string[]>[] = [{ service_id: [], token: [] }, { basic: [] }]

const content = (schema: TSchema) => ({ 'application/json': { schema } })

/**
 * A route's entry in the OpenAPI document: what it does, and every answer it can give. 401, 429, 500 and 503 are in every one.
 * @param ok status, sentence and body of the right answer; no body where `schema` is left out
 */
export function answers(
  summary: string,
  ok: { status: number; description: string; schema?: TSchema; headers?: Record<string, object> },
  refusals: readonly number[],
) {
  const responses: Record<string, object> = {
    [ok.status]: {
      description: ok.description,
      ...(ok.headers ? { headers: ok.headers } : {}),
      ...(ok.schema ? { content: content(ok.schema) } : {}),
    },
  }
  for (const status of [...new Set([...refusals, 401, 429, 500, 503])].sort()) responses[status] = refusal(status)
  return { summary, responses: responses as never, security }
}

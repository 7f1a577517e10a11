import { type TSchema, Type } from '@sinclair/typebox'

/** The envelope of every refusal. */
export const Refusal = Type.Object({
  message: Type.String(),
  errors: Type.Optional(Type.Array(Type.Object({ path: Type.String(), message: Type.String() }))),
})

const sentences: Readonly<Record<number, string>> = {
  400: 'Input that cannot be taken; `errors` names the fields.',
  401: 'Missing, malformed, unknown or wrong credentials.',
  404: 'No such task of this service.',
  409: 'Not possible now.',
  412: 'The task was changed since the version in If-Match.',
  413: 'The body is too large.',
  415: 'The body is not JSON.',
  500: 'A fault inside Duly.',
  503: 'The database cannot be reached right now.',
}

/** Either pair of headers, or Basic. */
const security: Record<string, string[]>[] = [{ service_id: [], token: [] }, { basic: [] }]

const content = (schema: TSchema) => ({ 'application/json': { schema } })

/**
 * A route's entry in the OpenAPI document: what it does, and every answer it can give. 401, 500 and 503 are in every one.
 * @param ok status, sentence and body of the right answer; no body where `schema` is left out
 */
export function answers(
  summary: string,
  ok: { status: number; description: string; schema?: TSchema; headers?: Record<string, object> },
  refusals: readonly number[] = [],
  more: { description?: string } = {},
) {
  const responses: Record<string, object> = {
    [ok.status]: {
      description: ok.description,
      ...(ok.headers ? { headers: ok.headers } : {}),
      ...(ok.schema ? { content: content(ok.schema) } : {}),
    },
  }
  for (const status of [...new Set([...refusals, 401, 500, 503])].sort())
    responses[status] = { description: sentences[status] ?? 'Refused.', content: content(Refusal) }
  return { summary, ...more, responses: responses as never, security }
}

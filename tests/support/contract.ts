import { Ajv, type ValidateFunction } from 'ajv'
import formats from 'ajv-formats'

/** A Response Object. */
interface Described {
  readonly description?: string
  readonly content?: Readonly<Record<string, { readonly schema: object }>>
  readonly headers?: Readonly<Record<string, object>>
}

interface Operation {
  readonly responses: Readonly<Record<string, Described & { readonly $ref?: string }>>
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: {
    readonly schemas: Readonly<Record<string, object>>
    readonly responses?: Readonly<Record<string, Described>>
  }
}

export interface Spoken {
  readonly method: string
  readonly path: string
  readonly status: number
  readonly headers: Headers
  readonly body: unknown
}

/**
 * Reads the OpenAPI document and makes of it a check of real answers: the status is one that the route names, the body is
 * what stands there for it, and every refusal is in the one envelope.
 * @returns a function that throws what does not conform
 */
export function contractOf(document: Document): (spoken: Spoken) => void {
  if (!document.components)
    throw new Error('/swagger/json fails: see what correctDocument in src/http/openapi.ts throws.')
  const ajv = new Ajv({ strict: false, allErrors: true })
  formats.default(ajv)
  ajv.addSchema({ $id: 'duly', ...document })
  const checks = new Map<object, ValidateFunction>()
  const check = (schema: object, { method, path, status, body }: Spoken) => {
    const validate = checks.get(schema) ?? ajv.compile(absolute(schema) as object)
    checks.set(schema, validate)
    if (!validate(body))
      throw new Error(`${method} ${path} → ${status} does not conform: ${ajv.errorsText(validate.errors)}`)
  }
  const envelope = document.components.schemas.Error as object
  return (given) => {
    const spoken = plainError(given)
    const operation = operationOf(document, spoken)
    if (!operation) return spoken.status >= 400 ? check(envelope, spoken) : undefined
    const response = responseOf(document, operation, spoken.status)
    if (!response) throw new Error(`${spoken.method} ${spoken.path} → ${spoken.status} is not documented`)
    const schema = response.content?.['application/json']?.schema
    if (schema) return check(schema, spoken)
    const text = response.content?.['text/plain']?.schema
    if (text) return check(text, spoken)
    if (spoken.body !== '') throw new Error(`${spoken.method} ${spoken.path} → ${spoken.status} has a body`)
  }
}

/**
 * Returns an answer with problem details as the plain error that it stands for, and any other answer as it is. The document
 * lists the plain form only, since generated clients would get two types for each error.
 */
function plainError(spoken: Spoken): Spoken {
  if (spoken.headers.get('content-type') !== 'application/problem+json') return spoken
  const { type, title, status, detail, ...rest } = spoken.body as Record<string, unknown>
  if (type !== `/swagger/errors#${rest.code}` || typeof title !== 'string' || status !== spoken.status)
    throw new Error(`${spoken.method} ${spoken.path} → ${spoken.status} is no problem of RFC 9457`)
  return { ...spoken, body: { message: detail, ...rest } }
}

/** The response of an operation with this status, also where it is a reference. */
export function responseOf(
  { components }: Pick<Document, 'components'>,
  { responses }: Operation,
  status: number | string,
): Described | undefined {
  const response = responses[status]
  return response?.$ref ? components.responses?.[response.$ref.split('/').at(-1) ?? ''] : response
}

/** The route of an address: of two that fit, the one with fewer parameters. */
function operationOf({ paths }: Document, { method, path }: Spoken): Operation | undefined {
  const [address = ''] = path.split('?')
  const parameters = (template: string) => template.split('{').length
  const fitting = Object.keys(paths)
    .filter((template) => new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}/?$`).test(address))
    .sort((one, other) => parameters(one) - parameters(other))
  return paths[fitting[0] ?? '']?.[method.toLowerCase()]
}

/** Lets a schema that is cut out of the document still refer to it. */
function absolute(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(absolute)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      key === '$ref' && typeof inner === 'string' ? `duly${inner}` : absolute(inner),
    ]),
  )
}

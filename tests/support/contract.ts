import { Ajv, type ValidateFunction } from 'ajv'
import formats from 'ajv-formats'

interface Operation {
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, { schema: object }>> }>>
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, object>> }
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
  const envelopes = document.components.schemas
  return (spoken) => {
    const operation = operationOf(document, spoken)
    if (!operation)
      return spoken.status >= 400
        ? check((isProblem(spoken) ? envelopes.Problem : envelopes.Error) as object, spoken)
        : undefined
    const response = operation.responses[spoken.status]
    if (!response) throw new Error(`${spoken.method} ${spoken.path} → ${spoken.status} is not documented`)
    const schema = response.content?.[isProblem(spoken) ? 'application/problem+json' : 'application/json']?.schema
    if (schema) return check(schema, spoken)
    const text = response.content?.['text/plain']?.schema
    if (text) return check(text, spoken)
    if (spoken.body !== '') throw new Error(`${spoken.method} ${spoken.path} → ${spoken.status} has a body`)
  }
}

const isProblem = ({ headers }: Spoken) => headers.get('content-type') === 'application/problem+json'

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

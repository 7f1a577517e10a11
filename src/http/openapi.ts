import { exampleOf } from './openapi-example.ts'

type Json = { [key: string]: unknown }

/** Formats that OpenAPI defines. Others are names of our own validators and are removed. */
const knownFormats = new Set(['uuid', 'date-time', 'date'])

/**
 * Converts the plugin's document to valid OpenAPI 3.1: bodies are JSON only and have an example, paths have no slash at the
 * end, a parameter whose schema is `undocumented` is left out, a schema's `documented` overrides its other keywords, and a
 * schema with an `$id` moves to `components.schemas`.
 * @throws Error for two different schemas with one `$id`
 */
export function correctDocument(document: Json): Json {
  const schemas: Json = {}
  const paths = Object.entries(document.paths as Record<string, Record<string, Json>>).map(([path, item]) => {
    for (const operation of Object.values(item)) {
      const body = operation.requestBody as { content?: Json } | undefined
      if (body?.content)
        operation.requestBody = { required: true, content: { 'application/json': body.content['application/json'] } }
      const parameters = operation.parameters as { schema?: Json }[] | undefined
      if (parameters) operation.parameters = parameters.filter(({ schema }) => schema?.undocumented !== true)
    }
    return [path.replace(/(?<=.)\/$/, ''), asOpenApi(item, schemas)]
  })
  const components = { ...(asOpenApi(document.components, schemas) as Json), schemas }
  const corrected = { ...document, openapi: '3.1.0', paths: Object.fromEntries(paths), components }
  for (const content of contentsIn([corrected.paths, components]))
    content.example ??= exampleOf(content.schema, schemas)
  return corrected
}

function asOpenApi(value: unknown, named: Json): unknown {
  if (Array.isArray(value)) return value.map((item) => asOpenApi(item, named))
  if (typeof value !== 'object' || value === null) return value
  const { $id, documented, ...own } = value as Json
  // The options of a union exclude each other, and more generators can read oneOf.
  const entries = Object.entries(own).map(([key, inner]) => [key === 'anyOf' ? 'oneOf' : key, asOpenApi(inner, named)])
  const schema = withNullType({ ...Object.fromEntries(entries), ...(documented as Json | undefined) })
  if (typeof schema.format === 'string' && !knownFormats.has(schema.format)) delete schema.format
  // An enum says the same, and generators make types of it.
  if (schema.enum && schema.pattern) delete schema.pattern
  if (isEmpty(schema.properties) && schema.additionalProperties) delete schema.properties
  return typeof $id === 'string' ? reference($id, schema, named) : schema
}

/** Names a schema. A description that differs from that of the named schema stands beside the reference. */
function reference(name: string, schema: Json, named: Json): Json {
  const { description, ...rules } = schema
  named[name] ??= schema
  const { description: known, ...knownRules } = named[name] as Json
  if (!Bun.deepEquals(rules, knownRules)) throw new Error(`Two different schemas have the $id ${name}.`)
  const $ref = `#/components/schemas/${name}`
  return description === undefined || description === known ? { $ref } : { $ref, description }
}

/** Writes a union of one type with null as one schema with two types. A union with a named schema stays a union. */
function withNullType(schema: Json): Json {
  const { oneOf, ...rest } = schema
  if (!Array.isArray(oneOf)) return schema
  const [option, ...others] = (oneOf as Json[]).filter(({ type }) => type !== 'null')
  if (others.length > 0 || oneOf.length === 1 || typeof option?.type !== 'string') return schema
  // Generators make types of enums and objects, which need a name.
  if (option.enum || option.type === 'object') return schema
  return { ...option, ...rest, type: [option.type, 'null'] }
}

const isEmpty = (value: unknown) => typeof value === 'object' && value !== null && Object.keys(value).length === 0

/** Finds the descriptions of JSON bodies. */
function contentsIn(value: unknown): Json[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'application/json' ? [inner as Json] : contentsIn(inner),
  )
}

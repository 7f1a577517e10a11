type Json = { [key: string]: unknown }

/** Formats that OpenAPI defines. Others are names of our own validators and are removed. */
const knownFormats = new Set(['uuid', 'date-time'])

/**
 * Converts the plugin's document to valid OpenAPI 3.0.3: bodies are JSON only, paths have no slash at the end, `nullable`
 * replaces the null type, a schema's `documented` overrides its other keywords, and a schema with an `$id` moves to
 * `components.schemas`.
 */
export function correctDocument(document: Json): Json {
  const schemas: Json = {}
  const paths = Object.entries(document.paths as Record<string, Record<string, Json>>).map(([path, item]) => {
    for (const operation of Object.values(item)) {
      const body = operation.requestBody as { content?: Json } | undefined
      if (body?.content)
        operation.requestBody = { required: true, content: { 'application/json': body.content['application/json'] } }
    }
    return [path.replace(/(?<=.)\/$/, ''), asOpenApi(item, schemas)]
  })
  const components = { ...(document.components as Json), schemas }
  return { ...document, paths: Object.fromEntries(paths), components }
}

function asOpenApi(value: unknown, named: Json): unknown {
  if (Array.isArray(value)) return value.map((item) => asOpenApi(item, named))
  if (typeof value !== 'object' || value === null) return value
  const { $id, documented, ...own } = value as Json
  const entries = Object.entries(own).map(([key, inner]) => [key, asOpenApi(inner, named)])
  const schema = withoutNullType({ ...Object.fromEntries(entries), ...(documented as Json | undefined) }, named)
  if (typeof schema.format === 'string' && !knownFormats.has(schema.format)) delete schema.format
  if (typeof $id !== 'string') return schema
  named[$id] = schema
  return { $ref: `#/components/schemas/${$id}` }
}

/**
 * Replaces a union with null by `nullable`: OpenAPI 3.0 has no null type. A nullable enum must list null as a value, and a
 * reference cannot be nullable, so the named schema is copied.
 */
function withoutNullType(schema: Json, named: Json): Json {
  const options = schema.anyOf as Json[] | undefined
  if (!Array.isArray(options) || !options.some((option) => option.type === 'null')) return schema
  const [option] = options.filter((option) => option.type !== 'null')
  const only = typeof option?.$ref === 'string' ? (named[option.$ref.split('/').at(-1) as string] as Json) : option
  const { anyOf: _, ...rest } = schema
  const values = only?.enum as unknown[] | undefined
  return { ...only, ...rest, ...(values ? { enum: [...values, null] } : {}), nullable: true }
}

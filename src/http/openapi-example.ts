type Json = { [key: string]: unknown }

const ofFormat: Readonly<Record<string, string>> = {
  uuid: '0198b0b4-2f1c-7c3a-9d55-6a3f5c1b2e10',
  'date-time': '2026-11-24T12:00:00Z',
  date: '2026-11-24',
}

/**
 * Returns an example of a schema of the OpenAPI document: the first of its `examples`, or one made of its properties. A
 * schema with a pattern needs `examples`; tests/http/openapi-examples.test.ts fails for one without.
 * @param named the schemas that references lead to
 */
export function exampleOf(given: unknown, named: Json): unknown {
  const schema = given as Json
  if (typeof schema.$ref === 'string') return exampleOf(named[schema.$ref.split('/').at(-1) as string], named)
  if (schema.const !== undefined) return schema.const
  const [first] = (schema.examples ?? schema.enum ?? []) as unknown[]
  if (first !== undefined) return first
  const [option] = (schema.oneOf ?? []) as unknown[]
  if (option !== undefined) return exampleOf(option, named)
  switch (Array.isArray(schema.type) ? schema.type[0] : schema.type) {
    case 'object':
      return Object.fromEntries(
        Object.entries((schema.properties ?? {}) as Json).map(([name, inner]) => [name, exampleOf(inner, named)]),
      )
    case 'array':
      return Array.from({ length: Number(schema.minItems ?? 1) }, () => exampleOf(schema.items, named))
    case 'integer':
    case 'number':
      return schema.minimum ?? 1
    case 'boolean':
      return false
  }
  return ofFormat[schema.format as string] ?? 'text'
}

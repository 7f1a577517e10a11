import { Type } from '@sinclair/typebox'
import { invalid } from './errors.ts'

/**
 * Schema of the query parameter `fields`. It is not among the parameters of the OpenAPI document, whose schemas say which fields
 * a response always has; the descriptions of the routes mention it.
 */
export const fieldsParameter = Type.String({
  pattern: '^[a-z_]+(,[a-z_]+)*$',
  description: 'names of fields, separated by commas, such as id,name',
  undocumented: true,
})

/** What the description of a route says about `fields`. */
export const fieldsText =
  'With `fields`, names of fields separated by commas, only those are returned (`?fields=id,name`); it is not among the parameters here, because the schema then does not describe the body.'

/** Schema of a query parameter that leaves a large field out. @param description completes "must be …" */
export const leavesOut = (description: string) =>
  Type.String({ pattern: '^(true|false)$', description, documented: { type: 'boolean', pattern: undefined } })

/**
 * Returns the fields that a response has, in their usual order: those in `fields`, all of them by default.
 * @param without fields to leave out
 * @param path names the parameter in errors
 * @throws ApiError 400 that names a field that does not exist
 */
export function selectFields<Name extends string>(
  fields: string | undefined,
  known: readonly Name[],
  without: readonly Name[] = [],
  path = '/fields',
): readonly Name[] {
  const wanted = new Set(fields?.split(','))
  for (const name of wanted)
    if (!(known as readonly string[]).includes(name))
      throw invalid([{ path, message: `names ${name}, which is not a field; fields are ${known.join(', ')}` }])
  const names = known.filter((name) => (fields === undefined || wanted.has(name)) && !without.includes(name))
  if (names.length > 0) return names
  throw invalid([{ path, message: `names only what ${without.join(' and ')}=false leaves out` }])
}

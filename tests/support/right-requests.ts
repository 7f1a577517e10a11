import { farTask } from './app.ts'
import { authority } from './certificates.ts'
import type { Operation } from './fuzz-requests.ts'
import { quarterAhead } from './fuzz-values.ts'
import { plainSchema, type Schema } from './plain-schema.ts'

type Schemas = Readonly<Record<string, Schema>>
/** What an id is of. */
export type Kind =
  | 'task'
  | 'service'
  | 'execution'
  | 'token'
  | 'secret'
  | 'profile'
  | 'flow'
  | 'calendar'
  | 'key'
  | 'signingKey'
  | 'channel'
  | 'notification'
  | 'alert'
  | 'label'
  | 'set'
  | 'silence'

/** Whether an operation creates what has a name: a name of another service is then as good as any. */
export const createsByName = ({ method }: Operation, { kind }: Spot): boolean =>
  (method === 'PUT' && ['secret', 'profile', 'flow', 'calendar', 'key', 'label'].includes(kind)) ||
  (method === 'POST' && kind === 'set')

/** A place in a request where an id stands. */
export interface Spot {
  readonly where: 'path' | 'query' | 'header' | 'body'
  readonly name: string
  readonly kind: Kind
  /** The ids of an array. */
  readonly many: boolean
}

export interface RightRequest {
  readonly method: string
  readonly path: string
  readonly headers: Record<string, string>
  readonly body: unknown
}

/** Which ids stand where: those of the service that asks, unless `at` is this spot. */
export interface Filling {
  readonly own: Readonly<Record<Kind, string>>
  readonly at?: Spot
  readonly ids?: readonly string[]
  /** Values of parameters that are no ids. */
  readonly parameters?: Readonly<Record<string, string>>
}

const isId = (name: string, { format, items }: Schema) =>
  format === 'uuid' || items?.format === 'uuid' || /(^|_)ids?$|[a-z]Ids?$/.test(name)

/**
 * What kind of thing an id is of, by its name.
 * @throws for a name that nobody has said anything of yet: it must be sorted in here before the routes with it are safe
 */
function kindOf(name: string, { method, template }: Operation): Kind {
  if (/^service_?id$/i.test(name)) return 'service'
  if (/^task_?ids?$/i.test(name)) return 'task'
  if (/^execution(Id|_id)$/.test(name)) return 'execution'
  if (/^tokenId$/.test(name)) return 'token'
  if (/^secretName$/.test(name)) return 'secret'
  if (/^profileName$/.test(name)) return 'profile'
  if (/^flowName$/.test(name)) return 'flow'
  if (/^calendarName$/.test(name)) return 'calendar'
  if (/^taskKey$/.test(name)) return 'key'
  if (/^keyId$/.test(name)) return 'signingKey'
  if (/^channel(Id|_id|s)$/.test(name)) return 'channel'
  if (/^notificationId$/.test(name)) return 'notification'
  if (/^alertId$/.test(name)) return 'alert'
  if (/^label$/.test(name)) return 'label'
  if (/^setName$/.test(name)) return 'set'
  if (/^silenceId$/.test(name)) return 'silence'
  if (/^ids?$/.test(name) && /^\/(tasks|overview)\//.test(`${template}/`)) return 'task'
  throw new Error(
    `${method} ${template} takes "${name}", and tests/support/right-requests.ts does not say what it is of.`,
  )
}

/**
 * Every place where a request to this operation may name something by id.
 * @throws for an id of an unknown kind, and for a part of the path that is no id
 */
export function spotsOf(operation: Operation, schemas: Schemas): Spot[] {
  const spots: Spot[] = []
  for (const { name, in: where, schema } of operation.parameters)
    if (where === 'path' || isId(name, schema)) spots.push({ where, name, kind: kindOf(name, operation), many: false })
  const walk = (given: Schema) => {
    const schema = plainSchema(given, schemas)
    for (const [name, inner] of Object.entries(schema.properties ?? {}))
      if (isId(name, inner))
        spots.push({ where: 'body', name, kind: kindOf(name, operation), many: inner.type === 'array' })
      else walk(inner)
    if (schema.items) walk(schema.items)
  }
  if (operation.body) walk(operation.body)
  return spots
}

/** A request that the operation takes, with ids in the path, wherever they are required, and in `at`. */
export function rightRequest(operation: Operation, schemas: Schemas, filling: Filling): RightRequest {
  const { own, at, ids = [], parameters = {} } = filling
  const tried = (where: Spot['where'], name: string) => at?.where === where && at.name === name
  const idAt = (where: Spot['where'], name: string) =>
    (tried(where, name) ? ids[0] : undefined) ?? own[kindOf(name, operation)]
  const right = (name: string, given: Schema): unknown => {
    const schema = plainSchema(given, schemas)
    if (isId(name, schema)) {
      if (schema.type !== 'array') return idAt('body', name)
      return tried('body', name) ? ids : [idAt('body', name)]
    }
    if (name === 'ca') return authority
    if (name in farTask) return farTask[name as keyof typeof farTask]
    if (schema.enum) return schema.enum.find((value) => value !== null)
    // The same in a whole run, so that hourly tasks that are made at its beginning run in it.
    if (name === 'at') return quarterAhead
    // 0 takes a spread away, and these tasks have none.
    if (name === 'spread_seconds') return 60
    if (schema.format === 'date-time') return '2100-01-01T00:00:00Z'
    if (schema.type === 'array') return [right('', schema.items ?? {})]
    if (schema.type === 'integer') return schema.minimum ?? 1
    return schema.type === 'object' ? objectOf(schema) : 'x'
  }
  const objectOf = (schema: Schema) => {
    const wanted = (name: string) =>
      schema.required?.includes(name) ||
      name in farTask ||
      ['ca', 'ids', ...(operation.template === '/alert-silences' ? ['host'] : [])].includes(name) ||
      tried('body', name)
    const entries = Object.entries(schema.properties ?? {}).filter(([name]) => wanted(name))
    return Object.fromEntries(entries.map(([name, inner]) => [name, right(name, inner)]))
  }
  const query = new URLSearchParams()
  const headers: Record<string, string> = {}
  let path = operation.template
  for (const { name, in: where, required, schema } of operation.parameters) {
    const wanted = where !== 'path' && required ? String(right(name, schema)) : undefined
    const value = parameters[name] ?? (where === 'path' || tried(where, name) ? idAt(where, name) : wanted)
    if (value === undefined) continue
    if (where === 'path') path = path.replace(`{${name}}`, value)
    else if (where === 'query') query.set(name, value)
    else headers[name] = value
  }
  if (query.size > 0) path += `?${query}`
  const body = operation.body && right('', operation.body)
  return { method: operation.method, path, headers, body }
}

/** Values to try for a parameter that is no id: all that its schema names, or some that are right for most. */
export function valuesOf({ type, enum: named, minimum = 0 }: Schema): string[] {
  if (named) return named.map(String)
  return type === 'integer' ? [String(minimum), String(minimum + 1)] : ['name', 'recent', 'a', '"1"', '"9"']
}

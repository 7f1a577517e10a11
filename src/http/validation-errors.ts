import type { ValidationError } from 'elysia'
import type { FieldError, FieldErrorCode } from '../formats/field-error.ts'
import { formatFault } from '../formats/format-faults.ts'

interface ValueSchema {
  readonly type?: string
  readonly format?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly minItems?: number
  readonly maxItems?: number
}

interface SchemaFault {
  readonly path?: string
  readonly value?: unknown
  readonly message?: string
  /** Of a union: the faults of the value in each of its schemas. */
  readonly errors?: readonly Iterable<SchemaFault>[]
  readonly schema?: ValueSchema & {
    readonly description?: string
    readonly anyOf?: readonly ValueSchema[]
    readonly properties?: Readonly<Record<string, unknown>>
  }
}

/**
 * Converts a failed schema validation to one error per field. The message of most errors is "must be " and the description
 * of the field's schema. The known fields of an object are listed in the first error about an unknown one, however many there are.
 */
export function fieldErrors(error: ValidationError): FieldError[] {
  const kind = error.type === 'query' ? 'parameter' : 'field'
  const found = new Map<string, FieldError>()
  const listed = new Set<string>()
  for (const fault of (error.all as readonly SchemaFault[]).flatMap(innerFaults)) {
    const path = fault.path || '/'
    if (!found.has(path)) found.set(path, { path, message: predicate(fault, kind, listed), code: codeOf(fault) })
  }
  return [...found.values()]
}

/**
 * Replaces the fault of an object or an array in a union with null by the faults inside it, which say which member is wrong.
 */
function innerFaults(fault: SchemaFault): readonly SchemaFault[] {
  const { value, schema, errors } = fault
  const index = schema?.anyOf?.findIndex(({ type }) => type === (Array.isArray(value) ? 'array' : 'object')) ?? -1
  if (typeof value !== 'object' || value === null || index < 0) return [fault]
  const inner = [...(errors?.[index] ?? [])]
  return inner.length > 0 ? inner.flatMap(innerFaults) : [fault]
}

/** @param listed the lists of known fields that are in earlier errors */
function predicate({ path, value, message = '', schema }: SchemaFault, kind: string, listed: Set<string>): string {
  if (message.includes('Unexpected property')) {
    const known = Object.keys(schema?.properties ?? {}).join(', ')
    const which = path === '/' ? `has a ${kind} without a name` : `is not a known ${kind}`
    if (listed.has(known)) return which
    listed.add(known)
    return `${which}; ${known ? `known ${kind}s are ${known}` : 'this address takes none'}`
  }
  if (message.includes('required property')) return 'is required'
  const { format = '' } = schema?.anyOf?.find(({ type }) => type === 'string') ?? schema ?? {}
  const cause = typeof value === 'string' ? formatFault(format, value) : undefined
  if (cause !== undefined) return cause
  return schema?.description ? `must be ${schema.description}` : message.toLowerCase() || 'is not valid'
}

function codeOf({ value, message = '', schema }: SchemaFault): FieldErrorCode {
  if (message.includes('Unexpected property')) return 'unknown'
  if (message.includes('required property')) return 'required'
  const options = (schema?.anyOf ?? [schema ?? {}]).filter(({ type }) => type !== undefined)
  const fitting = options.filter(
    ({ type }) => type === typeOf(value) || (type === 'integer' && typeOf(value) === 'number'),
  )
  if (options.length > 0 && fitting.length === 0) return 'wrong_type'
  const size = Array.isArray(value) ? value.length : value
  const isOutside = ({ minimum, maximum, minItems = minimum, maxItems = maximum }: ValueSchema) =>
    typeof size === 'number' && (size < (minItems ?? size) || size > (maxItems ?? size))
  return fitting.length > 0 && fitting.every(isOutside) ? 'out_of_range' : 'invalid'
}

function typeOf(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value
}

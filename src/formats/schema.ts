import { FormatRegistry, type TSchema, Type } from '@sinclair/typebox'
import { parseTime, timePattern } from './time.ts'
import { isUuid } from './uuid.ts'

// Each description completes the sentence "must be …", so that the same text serves the OpenAPI document and the error
// message. Keywords under `documented` appear in the OpenAPI document only.

FormatRegistry.Set('date-time', (text) => parseTime(text) !== undefined)
FormatRegistry.Set('uuid', isUuid)

/** Documented for UUIDs because the format `uuid` also allows the prefix `urn:uuid:`, which the API rejects. */
const uuidPattern = '^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$'

/** Schema of an identifier in a request or a response. */
export const Id = Type.String({
  format: 'uuid',
  documented: { pattern: uuidPattern },
  description: 'a UUID such as 0198b0b4-2f1c-7c3a-9d55-6a3f5c1b2e10',
})

/** Schema of a time in a request or a response. */
export const Time = Type.String({
  format: 'date-time',
  documented: { pattern: timePattern },
  description: 'an RFC 3339 time with an offset, such as 2026-11-24T12:00:00Z',
})

/** Returns a schema that also accepts null. By default its description is that of `schema` followed by " or null". */
export const nullable = <T extends TSchema>(
  schema: T,
  description = schema.description && `${schema.description} or null`,
) => Type.Union([schema, Type.Null()], description === undefined ? {} : { description })

/** Returns a schema that accepts exactly these strings. @param $id its name in the OpenAPI document */
export const oneOf = <T extends readonly string[]>($id: string, values: T) =>
  Type.Unsafe<T[number]>(
    Type.String({
      $id,
      enum: [...values],
      pattern: `^(${values.join('|')})$`,
      description: `one of ${values.join(', ')}`,
    }),
  )

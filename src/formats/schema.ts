import { FormatRegistry, type TSchema, Type } from '@sinclair/typebox'
import { parseTime } from './time.ts'
import { isUuid } from './uuid.ts'

// A description is written so that it ends the sentence "must be …": it is the documentation and the error at once.
// `documented` is what only the OpenAPI document says.

FormatRegistry.Set('date-time', (text) => parseTime(text) !== undefined)
FormatRegistry.Set('uuid', isUuid)

/** A UUID as the document describes it: without the `urn:uuid:` that the format allows. */
const uuidPattern = '^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$'
const timePattern =
  '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]+)?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$'

/** An identifier in a request or an answer. */
export const Id = Type.String({
  format: 'uuid',
  documented: { pattern: uuidPattern },
  description: 'a UUID such as 0198b0b4-2f1c-7c3a-9d55-6a3f5c1b2e10',
})

/** A time in a request or an answer. */
export const Time = Type.String({
  format: 'date-time',
  documented: { pattern: timePattern },
  description: 'an RFC 3339 time with an offset, such as 2026-11-24T12:00:00Z',
})

/** Values of a schema, or null. */
export const nullable = <T extends TSchema>(schema: T, description = `${schema.description} or null`) =>
  Type.Union([schema, Type.Null()], { description })

/** One of a list of words. */
export const oneOf = <T extends readonly string[]>(values: T) =>
  Type.Unsafe<T[number]>(
    Type.String({ enum: [...values], pattern: `^(${values.join('|')})$`, description: `one of ${values.join(', ')}` }),
  )

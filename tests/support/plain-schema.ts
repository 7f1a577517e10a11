/** A schema of the OpenAPI document, or one without references and with `nullable` in place of the null type. */
export interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly oneOf?: readonly Schema[]
  readonly format?: string
  readonly enum?: readonly unknown[]
  readonly nullable?: boolean
  readonly minimum?: number
  readonly maximum?: number
  readonly maxLength?: number
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: Schema | boolean
  readonly items?: Schema
}

export interface PlainSchema extends Schema {
  readonly type?: string
}

/** Follows a reference, and takes the first option of a union that is not null. The schemas inside stay as they are. */
export function plainSchema(schema: Schema, schemas: Readonly<Record<string, Schema>>): PlainSchema {
  if (schema.$ref) return plainSchema(schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {}, schemas)
  const [option] = schema.oneOf?.filter(({ type }) => type !== 'null') ?? []
  if (option) {
    const nullable = schema.oneOf?.some(({ type }) => type === 'null') ?? false
    return { ...plainSchema(option, schemas), nullable }
  }
  const { type, ...rest } = schema
  if (typeof type === 'string') return { ...rest, type }
  const [known] = type?.filter((name) => name !== 'null') ?? []
  return { ...rest, ...(known === undefined ? {} : { type: known, nullable: type?.includes('null') ?? false }) }
}

import { fieldEntries } from '../../task-fields/fields.ts'

type Schema = Readonly<Record<string, unknown>>

/** A text with a variable, whose value only the command line knows. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: the syntax of variables in files
const withVariable = { type: 'string', pattern: '\\$\\{', description: 'a text with ${VARIABLE}' }

/** The keywords of schemas that JSON Schema knows. Others, such as names of our own formats, are left out. */
const keywords = new Set([
  ...[
    'type',
    'enum',
    'const',
    'pattern',
    'minLength',
    'maxLength',
    'minimum',
    'maximum',
    'items',
    'minItems',
    'maxItems',
  ],
  ...[
    'properties',
    'required',
    'additionalProperties',
    'minProperties',
    'maxProperties',
    'anyOf',
    'description',
    'default',
  ],
])

/**
 * Returns the JSON Schema (draft 7, which editors read) of the files of a task set. It is made of the descriptions of the
 * fields. Texts may have variables, and which fields a task needs depends on its defaults, so the service has the last word.
 */
export function setSchema(): Schema {
  const properties = Object.fromEntries(
    fieldEntries
      .filter(([name]) => name !== 'key')
      .map(([name, field]) => {
        const { input, output } = field
        const must =
          typeof input.description === 'string' ? `Must be ${input.description.replace(/,( or null)?$/, '$1')}.` : ''
        const means = typeof output.description === 'string' ? `${output.description}. ` : ''
        return [name, { ...converted(input), description: `${means}${must}` }]
      }),
  )
  const { name: _, ...defaults } = properties
  const key = converted(fieldEntries.find(([name]) => name === 'key')?.[1].input)
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Task set of Duly',
    description: 'Tasks that duly plan and duly apply keep as this file says.',
    type: 'object',
    additionalProperties: false,
    properties: {
      $schema: { type: 'string' },
      set: { type: 'string', pattern: '^[a-z0-9][a-z0-9._-]{0,62}$|\\$\\{', description: 'The name of the set.' },
      defaults: {
        description: 'Fields of all tasks of this file that do not state them. Headers and labels are merged by name.',
        anyOf: [{ $ref: '#/definitions/defaults' }, { type: 'null' }],
      },
      tasks: {
        description: 'The tasks, by key.',
        anyOf: [
          {
            type: 'object',
            propertyNames: textIn(key),
            additionalProperties: { $ref: '#/definitions/task' },
          },
          { type: 'null' },
        ],
      },
      moved: {
        description: 'Tasks whose key has changed. They keep their id and their executions.',
        type: ['array', 'null'],
        items: {
          type: 'object',
          additionalProperties: false,
          required: ['from', 'to'],
          properties: { from: textIn(key), to: textIn(key) },
        },
      },
    },
    definitions: {
      defaults: { type: 'object', additionalProperties: false, properties: defaults },
      task: { type: 'object', additionalProperties: false, properties, not: contradictory },
    },
  }
}

const given = (name: string, type: string): Schema => ({ required: [name], properties: { [name]: { type } } })

/** Schedules of two kinds. */
const contradictory: Schema = {
  anyOf: [
    { allOf: [given('cron', 'string'), { anyOf: [given('frequency', 'integer'), given('scheduled_at', 'string')] }] },
    { allOf: [given('frequency', 'integer'), given('scheduled_at', 'string')] },
  ],
}

/** Returns the option of a schema that is a text, without variables. */
function textIn(schema: Schema): Schema {
  const options = (schema.anyOf ?? [schema]) as Schema[]
  return options.find((option) => option.type === 'string' && option !== withVariable) ?? {}
}

/** Returns a schema of TypeBox as JSON Schema, in which each text may have a variable. */
function converted(schema: unknown): Schema {
  const { documented, ...own } = schema as Record<string, unknown>
  const all: Record<string, unknown> = { ...own, ...(documented as object | undefined) }
  const kept = Object.fromEntries(
    Object.entries(all)
      .filter(([name]) => keywords.has(name))
      .map(([name, value]) => [name, innerOf(name, value)]),
  )
  if (kept.enum !== undefined) delete kept.pattern
  if (kept.type !== 'string') return kept
  const isNarrow = kept.pattern !== undefined || kept.enum !== undefined || own.format !== undefined
  return isNarrow ? { anyOf: [kept, withVariable] } : kept
}

function innerOf(name: string, value: unknown): unknown {
  if (name === 'properties')
    return Object.fromEntries(Object.entries(value as object).map(([key, one]) => [key, converted(one)]))
  if (name === 'anyOf')
    // Options that became unions themselves are put into this one.
    return (value as unknown[]).flatMap((one) => {
      const { anyOf, ...rest } = converted(one)
      return Array.isArray(anyOf) && Object.keys(rest).length === 0 ? anyOf : [converted(one)]
    })
  if (name === 'items' || (name === 'additionalProperties' && typeof value === 'object')) return converted(value)
  return value
}

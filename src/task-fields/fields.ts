import type { Static } from '@sinclair/typebox'
import type { TaskField } from './task-field.ts'
import { taskFields } from './task-fields.ts'

// Types, names and schemas that are derived from `taskFields`.

type Fields = typeof taskFields

/** The name of a field of a task, in JSON and in the database. */
export type FieldName = keyof Fields

/** The name of a field that a create requires. */
type RequiredName = {
  [name in FieldName]: Fields[name] extends { readonly default: unknown } ? never : name
}[FieldName]

/** The names and descriptions of all fields, in order. */
export const fieldEntries = Object.entries(taskFields) as readonly (readonly [FieldName, TaskField])[]

/** The names of all fields, in order. */
export const fieldNames: readonly FieldName[] = fieldEntries.map(([name]) => name)

/** Returns one schema of each field, or of those fields that `isWanted` selects. */
const pick = <K extends 'input' | 'output'>(what: K, isWanted = (_: TaskField) => true) =>
  Object.fromEntries(
    fieldEntries.filter(([, field]) => isWanted(field)).map(([name, field]) => [name, field[what]]),
  ) as {
    -readonly [name in FieldName]: Fields[name][K]
  }

/** The schema of each field in a request. */
export const inputs = pick('input')

/** The schema of each field that a create requires. */
export const requiredInputs: Pick<typeof inputs, RequiredName> = pick('input', (field) => !('default' in field))

/** The schema of each field in a response. */
export const outputs = pick('output')

/** The values of all fields of a task, as they are stored and returned. */
export type FieldValues = { [name in FieldName]: Static<Fields[name]['output']> }

/** The name of a field that claims return in a column of its own. */
export type ClaimedName = { [name in FieldName]: Fields[name]['isClaimed'] extends true ? name : never }[FieldName]

/** The names of the fields that claims return in a column of their own, in order. */
export const claimedNames = fieldEntries
  .filter(([, field]) => field.isClaimed === true)
  .map(([name]) => name as ClaimedName)

/** The name of a field that claims return in the column `extras`. */
export type ExtraName = { [name in FieldName]: Fields[name]['isClaimed'] extends 'extra' ? name : never }[FieldName]

/** The names of the fields that claims return in the column `extras`, in order. */
export const extraNames = fieldEntries
  .filter(([, field]) => field.isClaimed === 'extra')
  .map(([name]) => name as ExtraName)

/** The defaults, as text, that are stored as null, by the names of their fields. */
export const storedAsNull: ReadonlyMap<string, '{}' | 'one' | 'keep' | 'skip' | '0'> = new Map(
  fieldEntries.flatMap(([name, field]) => (field.storedAsNull === undefined ? [] : [[name, field.storedAsNull]])),
)

import type { FieldError } from '../formats/field-error.ts'
import { escapePointer } from '../formats/json-pointer.ts'
import { isStorable, isWithin } from './limits.ts'

// Without a schema, so that the dashboard has it too.

/** How many labels a task may have, and how many characters the name and the value of one. */
export const labelLimits = { count: 16, name: 63, value: 200 } as const
const labelName = new RegExp(`^[a-zA-Z0-9._/-]{1,${labelLimits.name}}$`)
const nameForm = `a name of 1 to ${labelLimits.name} of the characters a-z, A-Z, 0-9, ., _, / and -`

/** Whether a text can be the name of a label. */
export const isLabelName = (text: string): boolean => labelName.test(text)

/** Whether a text can be the value of a label. */
export const isLabelValue = (text: string): boolean => isWithin(text, labelLimits.value) && isStorable(text)

/** Checks labels: how many there are, their names and their values. */
export function checkLabels(labels: Readonly<Record<string, string>>): readonly FieldError[] {
  const entries = Object.entries(labels)
  if (entries.length > labelLimits.count)
    return [{ path: '', message: `must be at most ${labelLimits.count} labels; these are ${entries.length}` }]
  return entries.flatMap(([name, value]) => {
    const path = `/${escapePointer(name)}`
    if (!isLabelName(name)) return [{ path, message: `must have ${nameForm}` }]
    return isLabelValue(value)
      ? []
      : [{ path, message: `must be a string of at most ${labelLimits.value} characters without NUL` }]
  })
}

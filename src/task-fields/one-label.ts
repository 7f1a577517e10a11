import { FormatRegistry, Type } from '@sinclair/typebox'
import { isLabelName, isLabelValue, labelLimits } from './labels.ts'

/** A label and its value. */
export interface Label {
  readonly name: string
  readonly value: string
}

/** Reads a label NAME=VALUE; undefined for what no task can have. */
export function readLabel(text: string): Label | undefined {
  const end = text.indexOf('=')
  const [name, value] = [text.slice(0, end), text.slice(end + 1)]
  return end > 0 && isLabelName(name) && isLabelValue(value) ? { name, value } : undefined
}

FormatRegistry.Set('one-label', (text) => readLabel(text) !== undefined)

/** Schema of a label in an address. */
export const LabelParameter = Type.String({
  format: 'one-label',
  documented: {
    minLength: 2,
    maxLength: labelLimits.name + 1 + labelLimits.value,
    pattern: `^[a-zA-Z0-9._/-]{1,${labelLimits.name}}=[^\\x00]{0,${labelLimits.value}}$`,
  },
  description: 'a label as NAME=VALUE, such as team=billing',
})

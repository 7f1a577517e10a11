import { FormatRegistry, Type } from '@sinclair/typebox'

const flowName = /^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}$/
FormatRegistry.Set('flow-name', (text) => flowName.test(text))

/** Schema of the name of a flow. */
export const flowNameInput = Type.String({
  format: 'flow-name',
  documented: { minLength: 1, maxLength: 64, pattern: '^[A-Za-z0-9_][A-Za-z0-9_-]*$' },
  description: 'a name of 1 to 64 letters, digits, _ and -, not beginning with -',
})

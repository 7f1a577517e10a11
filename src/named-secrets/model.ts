import { FormatRegistry, type Static, Type } from '@sinclair/typebox'
import { describeFormat } from '../formats/format-faults.ts'
import { Time } from '../formats/schema.ts'
import { cursorPageSchema } from '../http/cursor-page.ts'
import { isSecretName } from '../secrets/references.ts'

/** Longest value of a named secret, in characters. */
const maxLength = 8_192

FormatRegistry.Set('secret-name', isSecretName)
FormatRegistry.Set('secret-value', (text) => valueFault(text) === undefined)
describeFormat('secret-value', valueFault)

/** Returns why a text cannot be the value of a named secret, as a clause that never contains the text. */
function valueFault(text: string): string | undefined {
  if (/^ *$/.test(text)) return 'must not be empty'
  if (text.length > maxLength) return `must have at most ${maxLength} characters; it has ${text.length}`
  if (/[\r\n]$/.test(text)) return 'must not end with a line break: leave it out'
  if (/[\r\n]/.test(text)) return 'must be one line, as a request header is: base64 -w 0 writes no line breaks'
  return /^[\x20-\x7e]*$/.test(text)
    ? undefined
    : 'must be visible ASCII and spaces, which is what a request header may contain'
}

/** Schema of the name of a named secret. */
export const SecretName = Type.String({
  format: 'secret-name',
  documented: { minLength: 1, maxLength: 64, pattern: '^[A-Za-z0-9_][A-Za-z0-9_-]*$' },
  description: 'a name of 1 to 64 letters, digits, _ and -, not beginning with -',
})

/** Schema of the body that sets a named secret. */
export const SecretPut = Type.Object(
  {
    value: Type.String({
      format: 'secret-value',
      documented: { minLength: 1, maxLength, pattern: '^ *[\\x21-\\x7e][\\x20-\\x7e]*$', writeOnly: true },
      description: `a string of visible ASCII of at most ${maxLength} characters`,
    }),
  },
  { $id: 'SecretPut', additionalProperties: false, description: 'a JSON object' },
)

/** Schema of a named secret in a response, which never contains the value. */
export const NamedSecret = Type.Object(
  {
    name: Type.String(),
    created_at: Time,
    updated_at: Time,
    tasks: Type.Integer({ description: 'how many tasks refer to it' }),
  },
  { $id: 'Secret' },
)

/** Schema of one page of named secrets. */
export const SecretPage = cursorPageSchema(NamedSecret, 'SecretPage')

/** A named secret as the API returns it. */
export type NamedSecret = Static<typeof NamedSecret>

import { shortHash } from '../task-key.ts'
import { type Part, plainText, type Reference, type Text } from '../text.ts'
import { writeText } from '../write-text.ts'

/** Returns the base64 of a text; of one with references it is a named secret of its own. */
export function base64Of(text: Text): Part {
  const plain = plainText(text)
  if (plain !== undefined) return Buffer.from(plain).toString('base64')
  const references = text.filter((part): part is Reference => typeof part !== 'string')
  const last = (
    references.find(({ kind }) => kind === 'secret') ? references.filter(({ kind }) => kind === 'secret') : references
  ).at(-1) as Reference
  // Two references with a colon have the name of the second one; every other text is told apart by its hash.
  const isUsual = text.length === 3 && text[1] === ':'
  const suffix = isUsual ? '_BASIC' : `_BASIC_${shortHash(writeText(text)).toUpperCase()}`
  return {
    kind: 'secret',
    name: `${last.name.slice(0, 64 - suffix.length)}${suffix}`,
    from: `base64 of ${text.map((part) => (typeof part === 'string' ? part : `the value of ${part.name}`)).join('')}`,
    basicOf: text,
  }
}

/** Returns the value of an Authorization header for `user:password`. */
export const basicAuthorization = (credentials: Text): Text => {
  const encoded = base64Of(credentials)
  return typeof encoded === 'string' ? [`Basic ${encoded}`] : ['Basic ', encoded]
}

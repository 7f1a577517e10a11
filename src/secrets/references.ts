/** Pattern of the name of a named secret. */
const namePattern = '[A-Za-z0-9_][A-Za-z0-9_-]{0,63}'

/** A reference, its escaped form, or the beginning of one that names no secret. */
const references = new RegExp(`\\$?\\$\\{secret\\.(?:(${namePattern})\\})?`, 'g')
const wholeName = new RegExp(`^${namePattern}$`)

/** How many references the value of one header may have. */
export const maxReferences = 16
/** Longest value of a header in which references were replaced, in characters. */
const maxResolved = 16_384

/** Authentication schemes that may precede a reference in a value that is not secret itself. */
const schemes = 'ApiKey|Basic|Bearer|Bot|DPoP|GenieKey|JWT|OAuth|SSWS|Splunk|Token'

/**
 * Regular expression, with the same meaning in JavaScript and PostgreSQL, for header values that hold nothing secret: one
 * reference, alone or behind an authentication scheme. They are stored and shown as they are, also in a secret header.
 */
export const bareReferencePattern = `^((${schemes}) )?[$][{]secret[.]${namePattern}[}]$`
const bareReference = new RegExp(bareReferencePattern)

/** A reference cannot be replaced by a value. The message is a clause for the execution's error. */
export class UnresolvedReference extends Error {}

/** Reports whether a text can be the name of a named secret. */
export const isSecretName = (text: string): boolean => wholeName.test(text)

/** Reports whether a header value may contain references: all others are sent as they are. */
export const mayRefer = (value: string): boolean => value.includes('${secret.')

/** Reports whether a header value holds nothing secret but a reference. */
export const isBareReference = (value: string): boolean => mayRefer(value) && bareReference.test(value)

/** Returns the names of the secrets that a header value refers to, each once. */
export function referredNames(value: string): string[] {
  if (!mayRefer(value)) return []
  const names = [...value.matchAll(references)].flatMap(([text, name]) =>
    text.startsWith('$$') || name === undefined ? [] : [name],
  )
  return [...new Set(names)]
}

/** Returns the error of a header value with references that are not valid, as a clause; undefined for any other value. */
export function referenceFault(value: string): string | undefined {
  if (!mayRefer(value)) return undefined
  const found = [...value.matchAll(references)].filter(([text]) => !text.startsWith('$$'))
  if (found.some(([, name]) => name === undefined))
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the syntax of references
    return 'has a ${secret. that names no secret: write ${secret.NAME}, with a name of 1 to 64 letters, digits, _ and -; $${secret. stands for the text itself'
  return found.length > maxReferences ? `may refer to secrets ${maxReferences} times at most` : undefined
}

/**
 * Returns a header value with each `${secret.NAME}` replaced by the secret's value, and `$${secret.` by `${secret.`.
 * @param lookUp returns the value of a named secret
 * @throws UnresolvedReference for a name without a value, or if the result is too long
 */
export function resolveReferences(value: string, lookUp: (name: string) => string): string {
  const resolved = value.replaceAll(references, (text, name: string | undefined) => {
    if (text.startsWith('$$')) return text.slice(1)
    return name === undefined ? text : lookUp(name)
  })
  if (resolved.length > maxResolved)
    throw new UnresolvedReference(`a header has more than ${maxResolved} characters with its secrets`)
  return resolved
}

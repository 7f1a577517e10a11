/** The first characters of every token that Duly creates, so that a leaked one is recognisable. */
export const tokenPrefix = 'duly_'

/** The first characters of the token of an operator. */
const operatorPrefix = `${tokenPrefix}operator_`

/** Returns a token of an operator with these random bytes, in base64url. */
export const operatorToken = (random: string): string => operatorPrefix + random

/** Whether a token is that of an operator, if it is valid. */
export const isOperatorToken = (token: string): boolean => token.startsWith(operatorPrefix)

/** Random bytes of a token that Duly creates. */
export const tokenRandomBytes = 32

const idBytes = 16

/**
 * Returns the id of the service that a token contains: the 16 bytes before its random ones, all in base64url. Undefined for
 * the first token of a service, which contains none and may also be a text that somebody chose.
 */
export function serviceIdIn(token: string): string | undefined {
  if (!token.startsWith(tokenPrefix)) return undefined
  const text = token.slice(tokenPrefix.length)
  if (!/^[\w-]+$/.test(text) || text.length !== ((idBytes + tokenRandomBytes) / 3) * 4) return undefined
  // Not with Buffer: the dashboard reads tokens too. 24 digits are 18 bytes.
  const bytes = atob(text.slice(0, 24).replaceAll('-', '+').replaceAll('_', '/'))
  let id = ''
  for (let at = 0; at < idBytes; at++) {
    if (at === 4 || at === 6 || at === 8 || at === 10) id += '-'
    id += bytes.charCodeAt(at).toString(16).padStart(2, '0')
  }
  return id
}

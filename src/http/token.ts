import { isUuid } from '../formats/uuid.ts'

/** The first characters of every token that Duly creates, so that a leaked one is recognisable. */
export const tokenPrefix = 'duly_'

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
  // Not with Buffer: the dashboard reads tokens too.
  const bytes = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (one) => one.charCodeAt(0))
  const hex = Array.from(bytes.subarray(0, idBytes), (byte) => byte.toString(16).padStart(2, '0')).join('')
  const id = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
  return isUuid(id) ? id : undefined
}

import { mask } from '../formats/secret-mask.ts'
import { minLength } from './search-terms.ts'

/** Captures the scheme and the authority of a URL, as they are written. */
const origin = /^https?:\/\/[^/?#]*/i
const maskedRest = `/${mask}`
/** Parts of URLs that are words rather than secrets, such as `services` or `webhooks`. */
const word = /^[a-z]{1,12}$/

const originOf = (url: string): string => origin.exec(url)?.[0] ?? ''

/** Returns a URL with the mask in place of path, query and fragment: `https://hooks.example.com/********`. */
export const maskUrl = (url: string): string => originOf(url) + maskedRest

/** Reports whether a URL is one that `maskUrl` returns. */
export const isMaskedUrl = (url: string): boolean => url.slice(originOf(url).length) === maskedRest

/** Returns what `maskUrl` hides of a URL. */
export const hiddenPart = (url: string): string => url.slice(originOf(url).length)

/** Returns a masked URL with the hidden part in place of the mask. */
export const unmaskUrl = (masked: string, hidden: string): string => originOf(masked) + hidden

/**
 * Returns the secret texts of a secret URL, for which answers and errors are searched: path and query as a whole, and each part
 * of them that is not a short word.
 */
export function secretTextsOf(hidden: string): string[] {
  const sent = hidden.replace(/#.*/s, '')
  const parts = sent.split(/[/?&=;]/).filter((part) => part.length >= minLength && !word.test(part))
  const whole = sent.replace(/^\//, '')
  return [...new Set([sent, whole, ...parts])].filter((text) => text.length >= minLength)
}

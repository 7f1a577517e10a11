import { unescapeOnce } from './unescape.ts'

/** The minimum length of a search term, in characters. Shorter ones occur in too many texts by chance. */
export const minLength = 8
/** The maximum number of search terms. Each costs a scan of the text, during which other calls wait. */
const maxTerms = 256

/**
 * Returns the texts to search for in order to find secret values, longest first: each value, its credential alone (after
 * `Bearer`, in `name=…; name=…`, encoded by Basic), and their forms in base64 and hex. Whole values come first if there are
 * more than 256.
 * @param values as given; spaces around them are not part of what is sent, and so not looked for
 * @param maxLength the length of the searched text, in characters: longer terms are omitted
 */
export function searchTerms(values: readonly string[], maxLength = Number.POSITIVE_INFINITY): string[] {
  const sent = values.map((value) => value.trim())
  const clear = [...sent, ...sent.flatMap(partsOf)].filter(({ length }) => length >= minLength)
  const terms = new Set<string>()
  const add = (text: string) => {
    if (text.length >= minLength && text.length <= maxLength && terms.size < maxTerms) terms.add(text)
  }
  clear.forEach(add)
  // A target may have unescaped a value that contains escapes itself.
  clear.flatMap(unescaped).forEach(add)
  clear
    .filter(({ length }) => length <= maxLength)
    .flatMap(encoded)
    .forEach(add)
  return [...terms].sort((a, b) => b.length - a.length)
}

/** Returns the credential after an authentication scheme and its decoded form, or the values of cookies and parameters. */
function partsOf(value: string): string[] {
  const credential = /^[\w-]+\s+(\S+)$/.exec(value)?.[1]
  if (credential !== undefined) return [credential, ...decoded(credential), ...assigned(credential)]
  return [...decoded(value), ...assigned(value)]
}

/** Returns the values after `=`, each as written and without its quotes. */
function assigned(value: string): string[] {
  if (!value.includes('=')) return []
  return value.split(/[;,]/).flatMap((pair) => {
    const text = pair.slice(pair.indexOf('=') + 1).trim()
    const bare = text.replace(/^"(.*)"$/, '$1')
    return bare === text ? [text] : [text, bare]
  })
}

/** Decodes base64. If the result is `user:password`, returns it and the password. */
function decoded(credential: string): string[] {
  if (!/^[\w+/-]{4,}={0,2}$/.test(credential)) return []
  const bytes = Buffer.from(credential, 'base64')
  return (['utf8', 'latin1'] as const).flatMap((encoding) => {
    const text = bytes.toString(encoding)
    const colon = text.indexOf(':')
    return colon < 0 || /[\p{Cc}\ufffd]/u.test(text) ? [] : [text, text.slice(colon + 1)]
  })
}

/** Returns a text with its escapes replaced once and twice, if it has any. */
function unescaped(text: string): string[] {
  const once = unescapeOnce(text)?.text
  if (once === undefined) return []
  const twice = unescapeOnce(once)?.text
  return twice === undefined ? [once] : [once, twice]
}

/**
 * Returns a text in hex, base64 and base64url. For base64 also the parts that are constant when the text is encoded within
 * a longer one, which depend on its offset modulo three bytes.
 */
function encoded(text: string): string[] {
  const bytes = Buffer.from(text, 'latin1')
  const hex = bytes.toString('hex')
  const base64 = bytes.toString('base64')
  const all = [hex, hex.toUpperCase(), base64, base64.replace(/=+$/, '')]
  for (const offset of [0, 1, 2]) {
    const shifted = offset === 0 ? bytes : Buffer.concat([Buffer.alloc(offset), bytes])
    const whole = Math.floor((shifted.length * 8) / 6)
    all.push(shifted.toString('base64').slice(Math.ceil((offset * 8) / 6), whole))
  }
  return all.flatMap((one) => (/[+/]/.test(one) ? [one, one.replaceAll('+', '-').replaceAll('/', '_')] : [one]))
}

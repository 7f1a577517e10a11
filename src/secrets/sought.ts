import { unescapeOnce } from './escapes.ts'

/** Anything shorter stands in too many texts by chance. */
export const shortest = 8
/** How many texts are looked for: whole values first. Each takes a walk over the answer, and calls wait for it. */
const soughtAtMost = 256

/**
 * What is looked for to find secret values in a text, the longest first: each value as a whole, its credential alone
 * (`Bearer …`, `name=…; name=…`, what Basic encodes), and how base64 and hex write them.
 * @param longest how many characters the text has: nothing longer is in it, and most answers are short
 */
export function soughtOf(values: readonly string[], longest = Number.POSITIVE_INFINITY): string[] {
  const clear = [...values, ...values.flatMap(partsOf)].filter(({ length }) => length >= shortest)
  const sought = new Set<string>()
  const add = (text: string) => {
    if (text.length >= shortest && text.length <= longest && sought.size < soughtAtMost) sought.add(text)
  }
  clear.forEach(add)
  // A value that has escapes itself is looked for without them as well: a target may have read it.
  clear.flatMap(unescaped).forEach(add)
  clear
    .filter(({ length }) => length <= longest)
    .flatMap(encoded)
    .forEach(add)
  return [...sought].sort((a, b) => b.length - a.length)
}

/** The credential behind a scheme and what it encodes, or the values of cookies and of parameters. */
function partsOf(value: string): string[] {
  const credential = /^[\w-]+\s+(\S+)$/.exec(value.trim())?.[1]
  if (credential !== undefined) return [credential, ...decoded(credential), ...assigned(credential)]
  return [...decoded(value), ...assigned(value)]
}

/** The values behind `=`, without quotes. */
function assigned(value: string): string[] {
  if (!value.includes('=')) return []
  return value.split(/[;,]/).flatMap((pair) => {
    const text = pair.slice(pair.indexOf('=') + 1).trim()
    const bare = text.replace(/^"(.*)"$/, '$1')
    return bare === text ? [text] : [text, bare]
  })
}

/** What base64 stands for when it is `user:password`, and the password. */
function decoded(credential: string): string[] {
  if (!/^[\w+/-]{4,}={0,2}$/.test(credential)) return []
  const bytes = Buffer.from(credential, 'base64')
  return (['utf8', 'latin1'] as const).flatMap((encoding) => {
    const text = bytes.toString(encoding)
    const colon = text.indexOf(':')
    return colon < 0 || /[\p{Cc}\ufffd]/u.test(text) ? [] : [text, text.slice(colon + 1)]
  })
}

function unescaped(text: string): string[] {
  const once = unescapeOnce(text)?.text
  if (once === undefined) return []
  const twice = unescapeOnce(once)?.text
  return twice === undefined ? [once] : [once, twice]
}

/** How base64, of both alphabets, and hex write a text, also within a longer one: it may begin at any of three places. */
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

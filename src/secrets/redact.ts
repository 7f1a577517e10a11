import { mask } from './secrets.ts'

/** Anything shorter stands in too many texts by chance. */
const shortest = 8
/** How many texts are looked for: whole values first. Each takes a walk over the answer, and calls wait for it. */
const soughtAtMost = 256

/**
 * Masks secret values in what a target answered: some repeat the headers of a request, and answers are kept in clear.
 * A value is looked for as a whole, and its credential alone (`Bearer …`, `name=…; name=…`).
 * @param isCut whether the text may end within a value
 */
export function redact(text: string, values: Iterable<string>, isCut = false): string {
  let redacted = text
  // The longest first: of one that begins with another nothing is left over.
  for (const one of [...soughtOf([...values])].sort((a, b) => b.length - a.length)) {
    redacted = redacted.replaceAll(one, mask)
    if (isCut) redacted = cutOff(redacted, one)
  }
  return redacted
}

function soughtOf(values: readonly string[]): Set<string> {
  const sought = new Set<string>()
  for (const part of [...values, ...values.flatMap(partsOf)])
    for (const one of [part, JSON.stringify(part).slice(1, -1)])
      if (one.length >= shortest && sought.size < soughtAtMost) sought.add(one)
  return sought
}

/** An error that was cut ends so. */
const ellipsis = '…'

/** Masks the beginning of a value at the end of a text. */
function cutOff(text: string, value: string): string {
  if (text.endsWith(ellipsis)) return cutOff(text.slice(0, -ellipsis.length), value) + ellipsis
  const start = value.slice(0, shortest)
  let at = text.indexOf(start, Math.max(0, text.length - value.length + 1))
  while (at >= 0 && !value.startsWith(text.slice(at))) at = text.indexOf(start, at + 1)
  return at < 0 ? text : text.slice(0, at) + mask
}

/** The credential behind a scheme, or the values of cookies. */
function partsOf(value: string): string[] {
  const credential = /^[\w-]+ +(\S+)$/.exec(value)?.[1]
  if (credential !== undefined) return [credential]
  return value.includes('=') ? value.split(';').map((pair) => pair.slice(pair.indexOf('=') + 1).trim()) : []
}

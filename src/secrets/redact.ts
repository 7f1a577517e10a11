import { mask } from './secrets.ts'

/** Anything shorter stands in too many texts by chance. */
const shortest = 8

/**
 * Masks secret values in what a target answered: some repeat the headers of a request, and answers are kept in clear.
 * A value is looked for as a whole, and its credential alone (`Bearer …`, `name=…; name=…`); where the text was cut, the
 * beginning of one at its end too.
 */
export function redact(text: string, values: Iterable<string>): string {
  let redacted = text
  for (const value of values)
    for (const part of new Set([value, ...partsOf(value)].flatMap((part) => [part, JSON.stringify(part).slice(1, -1)])))
      if (part.length >= shortest) redacted = withoutBeginning(redacted.replaceAll(part, mask), part)
  return redacted
}

/** An error that was cut ends so. */
const cut = '…'

function withoutBeginning(text: string, part: string): string {
  const end = text.endsWith(cut) ? text.length - cut.length : text.length
  for (let length = Math.min(part.length - 1, end); length >= shortest; length--)
    if (text.endsWith(part.slice(0, length), end)) return text.slice(0, end - length) + mask + text.slice(end)
  return text
}

/** The credential behind a scheme, or the values of cookies. */
function partsOf(value: string): string[] {
  const credential = /^[\w-]+ +(\S+)$/.exec(value)?.[1]
  if (credential !== undefined) return [credential]
  return value.includes('=') ? value.split(';').map((pair) => pair.slice(pair.indexOf('=') + 1).trim()) : []
}

import { mask } from './secrets.ts'

/** Anything shorter stands in too many texts by chance. */
const shortest = 8

/**
 * Masks secret values in what a target answered: some repeat the headers of a request, and answers are kept in clear.
 * A value is looked for as a whole, and its credential alone (`Bearer …`, `name=…; name=…`).
 */
export function redact(text: string, values: Iterable<string>): string {
  let redacted = text
  for (const value of values)
    for (const part of new Set([value, ...partsOf(value)]))
      if (part.length >= shortest) {
        redacted = redacted.replaceAll(part, mask)
        const escaped = JSON.stringify(part).slice(1, -1)
        if (escaped !== part) redacted = redacted.replaceAll(escaped, mask)
      }
  return redacted
}

/** The credential behind a scheme, or the values of cookies. */
function partsOf(value: string): string[] {
  const credential = /^[\w-]+ +(\S+)$/.exec(value)?.[1]
  if (credential !== undefined) return [credential]
  return value.includes('=') ? value.split(';').map((pair) => pair.slice(pair.indexOf('=') + 1).trim()) : []
}

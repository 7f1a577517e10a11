import { mask } from '../formats/secret-mask.ts'
import { minLength, searchTerms } from './search-terms.ts'
import { unescapeOnce } from './unescape.ts'

type Range = [start: number, end: number]

/** How many levels of nested escapes are searched, such as JSON within JSON within HTML. */
const maxDepth = 3
/** The end of an error that was cut off. */
const ellipsis = '…'

/**
 * Returns a text with every occurrence of a secret value replaced by the mask. Applied to responses and errors, because
 * some targets repeat the request's headers and responses are stored in clear. Finds a value as it was sent, its decoded
 * or base64 or hex form, and with characters escaped for JSON, HTML, XML or URLs.
 * @param isCut whether the text was cut off and may end in the middle of a value
 */
export function redact(text: string, values: Iterable<string>, isCut = false): string {
  if (text.length < minLength) return text
  const terms = searchTerms([...values], isCut ? undefined : text.length)
  if (terms.length === 0) return text
  const ending = isCut && text.endsWith(ellipsis) ? ellipsis : ''
  const whole = ending ? text.slice(0, -ending.length) : text
  const found: Range[] = []
  let layer = whole
  let toText = (start: number, end: number): Range => [start, end]
  for (let depth = 0; ; depth++) {
    for (const [start, end] of findAll(layer, terms, isCut))
      found.push(end === layer.length && isCut ? [toText(start, end)[0], whole.length] : toText(start, end))
    const next = depth < maxDepth ? unescapeOnce(layer, isCut) : undefined
    if (next === undefined) break
    const outer = toText
    toText = (start, end) => outer(...next.source(start, end))
    layer = next.text
  }
  return found.length === 0 ? text : maskRanges(whole, found) + ending
}

/**
 * Returns the ranges in which one of the terms occurs, and in a text that was cut off also a term's beginning at the end.
 */
function findAll(text: string, terms: readonly string[], isCut: boolean): Range[] {
  const found: Range[] = []
  // HTML forms encode a space as a plus sign.
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text
  for (const term of terms) {
    const isSpaced = term.includes(' ') || term.includes('+')
    const [searched, value] = isSpaced ? [spaced, term.replaceAll('+', ' ')] : [text, term]
    for (let at = searched.indexOf(value); at >= 0; at = searched.indexOf(value, at + value.length))
      found.push([at, at + value.length])
    const beginning = isCut ? beginningAtEnd(searched, value) : -1
    if (beginning >= 0) found.push([beginning, text.length])
  }
  return found
}

/** Returns the index at which the text ends with a beginning of the value of at least 8 characters, or -1. */
function beginningAtEnd(text: string, value: string): number {
  const start = value.slice(0, minLength)
  let at = text.indexOf(start, Math.max(0, text.length - value.length + 1))
  while (at >= 0 && !value.startsWith(text.slice(at))) at = text.indexOf(start, at + 1)
  return at
}

/** Returns the text with each range replaced by the mask. Overlapping ranges become one mask. */
function maskRanges(text: string, ranges: Range[]): string {
  ranges.sort(([a], [b]) => a - b)
  let masked = ''
  let copied = 0
  let [start, end] = ranges[0] as Range
  for (const [nextStart, nextEnd] of ranges) {
    if (nextStart < end) end = Math.max(end, nextEnd)
    else {
      masked += text.slice(copied, start) + mask
      copied = end
      start = nextStart
      end = nextEnd
    }
  }
  return masked + text.slice(copied, start) + mask + text.slice(end)
}

import { unescapeOnce } from './escapes.ts'
import { mask } from './secrets.ts'
import { shortest, soughtOf } from './sought.ts'

type Range = [start: number, end: number]

/** Escapes of escapes are undone so often: JSON in JSON in a page. */
const deepest = 3
/** An error that was cut ends so. */
const ellipsis = '…'

/**
 * Masks secret values in what a target answered: some repeat the headers of a request, and answers are kept in clear.
 * They are found however they are written: as they were sent, decoded, encoded, or with any of their characters escaped
 * as JSON, HTML, XML and URLs do it.
 * @param isCut whether the text may end within a value
 */
export function redact(text: string, values: Iterable<string>, isCut = false): string {
  if (text.length < shortest) return text
  const sought = soughtOf([...values], isCut ? undefined : text.length)
  if (sought.length === 0) return text
  const ending = isCut && text.endsWith(ellipsis) ? ellipsis : ''
  const whole = ending ? text.slice(0, -ending.length) : text
  const found: Range[] = []
  let layer = whole
  let toText = (start: number, end: number): Range => [start, end]
  for (let depth = 0; ; depth++) {
    for (const [start, end] of findAll(layer, sought, isCut))
      found.push(end === layer.length && isCut ? [toText(start, end)[0], whole.length] : toText(start, end))
    const next = depth < deepest ? unescapeOnce(layer, isCut) : undefined
    if (next === undefined) break
    const outer = toText
    toText = (start, end) => outer(...next.source(start, end))
    layer = next.text
  }
  return found.length === 0 ? text : maskRanges(whole, found) + ending
}

/** Where the texts stand, and where the beginning of one stands at the end of a text that was cut. */
function findAll(text: string, sought: readonly string[], isCut: boolean): Range[] {
  const found: Range[] = []
  // A form writes a space as a plus.
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text
  for (const one of sought) {
    const isSpaced = one.includes(' ') || one.includes('+')
    const [searched, value] = isSpaced ? [spaced, one.replaceAll('+', ' ')] : [text, one]
    for (let at = searched.indexOf(value); at >= 0; at = searched.indexOf(value, at + value.length))
      found.push([at, at + value.length])
    const cutAt = isCut ? cutOff(searched, value) : -1
    if (cutAt >= 0) found.push([cutAt, text.length])
  }
  return found
}

/** Where the beginning of a value stands at the end of a text, or -1. */
function cutOff(text: string, value: string): number {
  const start = value.slice(0, shortest)
  let at = text.indexOf(start, Math.max(0, text.length - value.length + 1))
  while (at >= 0 && !value.startsWith(text.slice(at))) at = text.indexOf(start, at + 1)
  return at
}

/** The text with each range masked; those that overlap as one. */
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

const [quote, backslash, openings, closings] = ['"', '\\', '[{', ']}']

/**
 * Parses a JSON array of objects while it arrives. Needs memory for one element and one chunk only.
 * @returns the elements, in order
 * @throws SyntaxError when the text is anything else, or ends before the array does
 */
export async function* elementsOf(chunks: AsyncIterable<string>): AsyncGenerator<unknown> {
  for await (const text of textsOfElements(chunks)) yield JSON.parse(text)
}

/**
 * Splits a JSON array of objects into the texts of its elements.
 * @throws SyntaxError when the text is anything else, or ends before the array does. Elements are only checked for their braces.
 */
export async function* textsOfElements(chunks: AsyncIterable<string> | Iterable<string>): AsyncGenerator<string> {
  let depth = 0
  let inString = false
  let escaped = false
  let ended = false
  /** The part of the current element that came in earlier chunks. */
  let begun = ''
  for await (const chunk of chunks) {
    let start = 0
    for (let at = 0; at < chunk.length; at++) {
      const character = chunk[at] as string
      if (inString) {
        if (escaped) escaped = false
        else if (character === backslash) escaped = true
        else if (character === quote) inString = false
        continue
      }
      if (depth > 1) {
        if (character === quote) inString = true
        else if (openings.includes(character)) depth++
        else if (closings.includes(character) && --depth === 1) {
          yield begun + chunk.slice(start, at + 1)
          begun = ''
        }
        continue
      }
      if (/[\s,]/.test(character)) continue
      if (depth === 0 && character === '[' && !ended) depth = 1
      else if (depth === 1 && character === ']') [depth, ended] = [0, true]
      else if (depth === 1 && character === '{') [depth, start] = [2, at]
      else throw new SyntaxError('This is not a JSON array of objects.')
    }
    if (depth > 1) begun += chunk.slice(start)
  }
  if (!ended) throw new SyntaxError('The JSON array ends too early.')
}

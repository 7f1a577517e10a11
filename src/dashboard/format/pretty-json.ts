/**
 * A JSON text on many lines, or undefined when it is none. Only spaces are changed: numbers that JavaScript cannot hold
 * and names that stand twice stay as they were written, which parsing and writing anew would not keep.
 */
export function prettyJson(text: string): string | undefined {
  const trimmed = text.trim()
  if (!/^[[{]/.test(trimmed)) return undefined
  try {
    JSON.parse(trimmed)
  } catch {
    return undefined
  }
  let depth = 0
  const newLine = (change: number) => {
    depth += change
    return `\n${'  '.repeat(Math.min(depth, deepest))}`
  }
  return trimmed.replace(tokens, (token, string: string | undefined, empty: string | undefined) => {
    if (string !== undefined) return token
    if (empty !== undefined) return empty.replace(/\s/g, '')
    if (token === '{' || token === '[') return `${token}${newLine(1)}`
    if (token === '}' || token === ']') return `${newLine(-1)}${token}`
    if (token === ',') return `,${newLine(0)}`
    return token === ':' ? ': ' : ''
  })
}

/** Further in than this there is no line left to read on, and a text of brackets would grow without bounds. */
const deepest = 40
/** A string, an empty object or list, punctuation, space. */
const tokens = /("(?:[^"\\]|\\.)*")|(\{\s*\}|\[\s*\])|[{}[\],:]|\s+/g

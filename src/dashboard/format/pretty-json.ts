/**
 * Indents a JSON object or array; undefined for any other text. Only whitespace is changed: large numbers and duplicate
 * names stay as they are, which `JSON.stringify` of the parsed text would not preserve.
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

/** The deepest indentation. Without a limit, the result for nested brackets would grow with the square of their number. */
const deepest = 40
/** A string, an empty object or array, punctuation, whitespace. */
const tokens = /("(?:[^"\\]|\\.)*")|(\{\s*\}|\[\s*\])|[{}[\],:]|\s+/g

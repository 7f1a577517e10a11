import type { FieldErrorCode } from '../formats/field-error.ts'
import { escapePointer } from '../formats/json-pointer.ts'
import { invalid } from './errors.ts'

/** Levels of nesting at most. The deepest body of the API has 4. Deep nesting overflows the stack of recursive code. */
const deepest = 32

interface Level {
  /** The current position: the last name in an object, the index in an array. */
  at: string | number
  /** The names so far in an object; undefined in an array. */
  readonly names?: Set<string>
}

/**
 * Checks JSON text for duplicate names in an object, of which JSON.parse would silently drop all but the last, and for
 * nesting deeper than 32 levels.
 * @param text must be valid JSON
 * @throws ApiError 400
 */
export function checkShape(text: string): void {
  const levels: Level[] = []
  const fault = (message: string, code?: FieldErrorCode): never => {
    const path = levels.map((level) => `/${escapePointer(String(level.at))}`).join('')
    throw invalid([{ path, message, ...(code ? { code } : {}) }])
  }
  for (let index = 0; index < text.length; index++) {
    const level = levels.at(-1)
    switch (text[index]) {
      case '{':
        levels.push({ at: '', names: new Set() })
        break
      case '[':
        levels.push({ at: 0 })
        break
      case '}':
      case ']':
        levels.pop()
        break
      case ',':
        if (typeof level?.at === 'number') level.at++
        break
      case '"': {
        const end = endOfString(text, index)
        if (level?.names && isName(text, end)) {
          level.at = JSON.parse(text.slice(index, end))
          if (level.names.has(level.at as string)) fault('is given twice; send it once', 'duplicate')
          level.names.add(level.at as string)
        }
        index = end - 1
      }
    }
    if (levels.length > deepest) {
      levels.length = 1
      fault(`is nested deeper than ${deepest} levels`)
    }
  }
}

/** Returns the index after the closing quote of the string that starts at `start`. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); ; end = text.indexOf('"', end + 1)) {
    let before = end - 1
    while (text[before] === '\\') before--
    if ((end - before) % 2 === 1) return end + 1
  }
}

/** Whether the string that ends before `end` is a name: a colon follows it. */
function isName(text: string, end: number): boolean {
  let next = end
  while (text.charCodeAt(next) <= 32) next++
  return text[next] === ':'
}

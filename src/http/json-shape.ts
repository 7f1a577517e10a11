import { escapePointer } from '../formats/json-pointer.ts'
import { type FieldError, invalid } from './errors.ts'

/** Far more than any body needs; what is nested deeper makes whoever walks through it overflow. */
const deepest = 32

interface Level {
  /** Where we are in it: the last name of an object, the index in an array. */
  at: string | number
  /** The names of an object; an array has none. */
  readonly names?: Set<string>
}

/**
 * Looks through text that is known to be JSON for what a parsed value no longer shows: a name twice in one object, of
 * which one would be lost in silence, and nesting beyond reason.
 * @throws ApiError 400
 */
export function checkShape(text: string): void {
  const levels: Level[] = []
  const fault = (message: string): never => {
    const path = levels.map((level) => `/${escapePointer(String(level.at))}`).join('')
    throw invalid([{ path, message } satisfies FieldError])
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
          if (level.names.has(level.at as string)) fault('stands there twice; send it once')
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

/** The index behind the closing quote of the string that opens at `start`. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); ; end = text.indexOf('"', end + 1)) {
    let before = end - 1
    while (text[before] === '\\') before--
    if ((end - before) % 2 === 1) return end + 1
  }
}

/** A string is a name where a colon follows. */
function isName(text: string, end: number): boolean {
  let next = end
  while (text.charCodeAt(next) <= 32) next++
  return text[next] === ':'
}

import type { Part, Text, Value } from '../text.ts'
import type { Piece, Script, Word } from './syntax.ts'

/** What a word or a variable comes to: a text, the reason why its value is not known, or something that the reader of a script knows. */
export type Field<Special> = Value | { readonly special: Special }

/** Where the values of expansions come from. */
export interface Surroundings<Special> {
  /** Returns the value of a variable; undefined if it is not set. `isOptional`: the word says what else to take. */
  lookup(name: string, isOptional: boolean): Field<Special> | undefined
  /** Returns what the commands of `$(…)` write, without the line breaks at its end. */
  output(script: Script, source: string): Field<Special>
  /** Called when a value that is not known is expanded outside of quotation marks. */
  splits(name: string): void
}

interface Building<Special> {
  parts: Part[]
  isQuoted: boolean
  /** Whether unquoted characters make it a pattern of file names. */
  isPattern: boolean
  unknown?: string
  special?: Special
}

/** Expands a word as a shell does: to no field, one, or several if an unquoted value contains blanks. */
export function expandWord<Special>(word: Word, around: Surroundings<Special>): Field<Special>[] {
  if (hasBraces(word)) return [{ unknown: `${word.source} has braces that bash expands and sh does not` }]
  const [first] = word.pieces
  if (first?.kind === 'text' && !first.isQuoted && first.text.startsWith('~'))
    return [{ unknown: `${word.source} begins with a home directory` }]
  const fields: Building<Special>[] = []
  let field: Building<Special> | undefined
  const open = () => {
    field ??= { parts: [], isQuoted: false, isPattern: false }
    return field
  }
  const close = () => {
    if (field) fields.push(field)
    field = undefined
  }
  for (const piece of word.pieces) {
    if (piece.isQuoted) open().isQuoted = true
    const value = valueOfPiece(piece, around)
    if ('unknown' in value) open().unknown ??= value.unknown
    else if ('special' in value) {
      const now = open()
      if (now.special !== undefined || now.parts.some((part) => part !== ''))
        now.unknown ??= `${word.source} contains the answer of an earlier call; a task makes one call and keeps nothing for the next`
      now.special = value.special
    } else {
      for (const part of value) {
        const splits = !piece.isQuoted && piece.kind !== 'text'
        if (typeof part !== 'string') {
          open().parts.push(part)
          if (splits) around.splits(part.name)
        } else if (piece.isQuoted || !splits) {
          if (part === '' && !piece.isQuoted) continue
          open().parts.push(part)
          if (!piece.isQuoted) open().isPattern ||= isPattern(part)
        } else {
          for (const some of part.split(/([ \t\n]+)/)) {
            if (some === '') continue
            if (/^[ \t\n]/.test(some)) close()
            else {
              open().parts.push(some)
              open().isPattern ||= isPattern(some)
            }
          }
        }
      }
    }
  }
  close()
  return fields.map((one) => finished(one, word))
}

/** Expands a word without splitting it, as in an assignment or in quotation marks. */
export function expandUnsplit<Special>(word: Word, around: Surroundings<Special>): Field<Special> {
  const pieces = word.pieces.map((piece): Piece => ({ ...piece, isQuoted: true }))
  const [first] = word.pieces
  if (first?.kind === 'text' && !first.isQuoted && first.text.startsWith('~'))
    return { unknown: `${word.source} begins with a home directory` }
  return expandWord({ pieces, source: word.source }, around)[0] ?? ['']
}

function finished<Special>(field: Building<Special>, word: Word): Field<Special> {
  if (field.unknown !== undefined) return { unknown: field.unknown }
  if (field.special !== undefined)
    return field.parts.some((part) => part !== '')
      ? {
          unknown: `${word.source} contains the answer of an earlier call; a task makes one call and keeps nothing for the next`,
        }
      : { special: field.special }
  const text = joinParts(field.parts)
  // A pattern without a matching file stays as it is. No file is called https://…
  const shown = text.map((part) => (typeof part === 'string' ? part : '')).join('')
  if (field.isPattern && !shown.includes('://') && !/^-?[\w-]+[:=]/.test(shown) && !/^[[\]]{1,2}$/.test(shown))
    return { unknown: `${word.source} is a pattern of file names outside of quotation marks` }
  return text
}

const isPattern = (text: string) => /[*?]|\[/.test(text)

/** Whether a word has an unquoted `{a,b}` or `{1..3}`. */
function hasBraces({ pieces }: Word): boolean {
  const shown = pieces.map((piece) => (piece.kind === 'text' && !piece.isQuoted ? piece.text : '\u0001')).join('')
  return /\{[^{}]*(,|\.\.)[^{}]*\}/.test(shown)
}

/** Joins characters that follow each other. */
export function joinParts(parts: readonly Part[]): Text {
  const joined: Part[] = []
  let plain: string[] = []
  const flush = () => {
    const text = plain.join('')
    if (text !== '') joined.push(text)
    plain = []
  }
  for (const part of parts) {
    if (typeof part === 'string') plain.push(part)
    else {
      flush()
      joined.push(part)
    }
  }
  flush()
  return joined.length > 0 ? joined : ['']
}

function valueOfPiece<Special>(piece: Piece, around: Surroundings<Special>): Field<Special> {
  if (piece.kind === 'text') return [piece.text]
  if (piece.kind === 'unknown') return { unknown: `${piece.source} is computed when the command runs` }
  if (piece.kind === 'command') return around.output(piece.script, piece.source)
  const value = around.lookup(piece.name, piece.otherwise !== undefined)
  const { otherwise } = piece
  if (!otherwise) return value ?? ['']
  const { operator, word } = otherwise
  const replacement = () => expandUnsplit(word, around)
  const isSet = value !== undefined
  const isEmpty = Array.isArray(value) && joinParts(value).every((part) => part === '')
  // Whether a value that is not known is empty cannot be told.
  const mayBeEmpty =
    isSet && operator.startsWith(':') && (!Array.isArray(value) || value.every((part) => typeof part !== 'string'))
  if (mayBeEmpty && operator === ':+')
    return { unknown: `$\{${piece.name}…} depends on whether ${piece.name} is empty` }
  const hasValue = isSet && !(operator.startsWith(':') && isEmpty)
  switch (operator.at(-1)) {
    case '+':
      return hasValue ? replacement() : ['']
    case '?':
      return hasValue ? value : { unknown: `${piece.name} is not set, and the command fails without it` }
    default:
      return hasValue ? value : replacement()
  }
}

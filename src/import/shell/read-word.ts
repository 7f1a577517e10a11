import type { Source } from './source.ts'
import type { Otherwise, Piece, Script, Word } from './syntax.ts'

/** Reads a script up to `)`, as it stands in `$(…)`. */
export type ReadInner = (source: Source) => Script
/** Reads a text as a script of its own, as it stands in backticks. */
export type ReadText = (text: string, line: number, depth: number) => Script

/** Reads words: quotation marks, backslashes and expansions. */
export class WordReader {
  readonly #readInner: ReadInner
  readonly #readText: ReadText

  constructor(readInner: ReadInner, readText: ReadText) {
    this.#readInner = readInner
    this.#readText = readText
  }

  /** Reads the word at the current place. Without one it is empty, and its source too. */
  word(source: Source, end = /[\s;&|<>()]/): Word {
    const start = source.at
    const pieces: Piece[] = []
    while (!source.isAtEnd && !end.test(source.next)) this.#piece(source, pieces)
    return { pieces, source: source.text.slice(start, source.at) }
  }

  /** Reads the rest of the source as the text of a here-document. */
  document(source: Source): Word {
    const pieces: Piece[] = []
    while (!source.isAtEnd) this.#quotedPiece(source, pieces, /[$`\\]/)
    return { pieces, source: source.text }
  }

  #piece(source: Source, pieces: Piece[]): void {
    const { next } = source
    if (next === '\\') {
      source.skip(1)
      if (source.isAtEnd) pieces.push({ kind: 'text', text: '\\', isQuoted: true })
      else {
        if (source.next !== '\n') pieces.push({ kind: 'text', text: source.next, isQuoted: true })
        source.skip(1)
      }
    } else if (next === "'") {
      source.skip(1)
      pieces.push({ kind: 'text', text: source.takeTo("'", 'a single quotation mark is not closed'), isQuoted: true })
    } else if (next === '"') this.#doubleQuoted(source, pieces)
    else if (next === '$') this.#dollar(source, pieces, false)
    else if (next === '`') this.#backticks(source, pieces, false)
    else pieces.push({ kind: 'text', text: source.takeWhile(/[^\s;&|<>()\\'"$`}]/) || source.take(), isQuoted: false })
  }

  #doubleQuoted(source: Source, pieces: Piece[]): void {
    source.skip(1)
    pieces.push({ kind: 'text', text: '', isQuoted: true })
    while (source.next !== '"') {
      if (source.isAtEnd) source.fail('a double quotation mark is not closed')
      this.#quotedPiece(source, pieces, /[$`"\\]/)
    }
    source.skip(1)
  }

  /** @param special what a backslash quotes */
  #quotedPiece(source: Source, pieces: Piece[], special: RegExp): void {
    const { next } = source
    if (next === '\\') {
      source.skip(1)
      const character = source.take()
      if (character === '\n') return
      const text = special.test(character) ? character : `\\${character}`
      pieces.push({ kind: 'text', text, isQuoted: true })
    } else if (next === '$') this.#dollar(source, pieces, true)
    else if (next === '`') this.#backticks(source, pieces, true)
    else pieces.push({ kind: 'text', text: source.takeWhile(/[^\\$`"]/) || source.take(), isQuoted: true })
  }

  #dollar(source: Source, pieces: Piece[], isQuoted: boolean): void {
    const start = source.at
    source.skip(1)
    const sourceOf = () => source.text.slice(start, source.at)
    if (source.startsWith('((')) {
      const end = source.text.indexOf('))', source.at)
      if (end < 0) source.fail('$(( is not closed')
      source.skip(end + 2 - source.at)
      pieces.push({ kind: 'unknown', source: sourceOf(), isQuoted })
    } else if (source.next === '(') {
      source.skip(1)
      const script = source.nested(() => this.#readInner(source))
      if (source.take() !== ')') source.fail('$( is not closed')
      pieces.push({ kind: 'command', script, source: sourceOf(), isQuoted })
    } else if (source.next === '{') {
      source.skip(1)
      pieces.push(this.#parameter(source, sourceOf, isQuoted))
    } else if (source.next === "'" && !isQuoted) {
      source.skip(1)
      pieces.push({ kind: 'text', text: ansiText(source), isQuoted: true })
    } else if (source.next === '"' && !isQuoted) source.fail('$"…" is a text that bash translates')
    else {
      const name = source.takeWhile(/\w/)
      if (/^\d/.test(name)) {
        source.skip(1 - name.length)
        pieces.push({ kind: 'variable', name: name[0] as string, isQuoted })
      } else if (name !== '') pieces.push({ kind: 'variable', name, isQuoted })
      else if (/[?!$#@*-]/.test(source.next)) pieces.push({ kind: 'variable', name: source.take(), isQuoted })
      else pieces.push({ kind: 'text', text: '$', isQuoted })
    }
  }

  #parameter(source: Source, sourceOf: () => string, isQuoted: boolean): Piece {
    const name = source.takeWhile(/\w/) || (/[?!$@*-]/.test(source.next) ? source.take() : '')
    if (name !== '' && source.next === '}') {
      source.skip(1)
      return { kind: 'variable', name, isQuoted }
    }
    const [operator] = /^:?[-=+?]/.exec(source.text.slice(source.at, source.at + 2)) ?? []
    if (/^[A-Za-z_]\w*$/.test(name) && operator !== undefined) {
      source.skip(operator.length)
      const word = source.nested(() => this.#inBraces(source, isQuoted))
      return { kind: 'variable', name, isQuoted, otherwise: { operator: operator as Otherwise['operator'], word } }
    }
    source.nested(() => this.#inBraces(source, isQuoted))
    return { kind: 'unknown', source: sourceOf(), isQuoted }
  }

  /** Reads the word of `${NAME:-word}`, and the brace behind it. */
  #inBraces(source: Source, isQuoted: boolean): Word {
    const start = source.at
    const pieces: Piece[] = []
    while (source.next !== '}') {
      if (source.isAtEnd) source.fail('${ is not closed')
      if (!isQuoted && /[\s;&|<>()]/.test(source.next))
        pieces.push({ kind: 'text', text: source.take(), isQuoted: false })
      else if (isQuoted && source.next === '"') this.#doubleQuoted(source, pieces)
      else if (isQuoted && !/[\\$`]/.test(source.next))
        pieces.push({ kind: 'text', text: source.takeWhile(/[^\\$`"}]/), isQuoted })
      else if (isQuoted) this.#quotedPiece(source, pieces, /[$`"\\}]/)
      else this.#piece(source, pieces)
    }
    const text = source.text.slice(start, source.at)
    source.skip(1)
    return { pieces, source: text }
  }

  #backticks(source: Source, pieces: Piece[], isQuoted: boolean): void {
    const [start, line] = [source.at, source.line]
    source.skip(1)
    let text = ''
    while (source.next !== '`') {
      if (source.isAtEnd) source.fail('a backtick is not closed')
      const character = source.take()
      if (character === '\\' && (/[$`\\]/.test(source.next) || (isQuoted && source.next === '"'))) text += source.take()
      else text += character
    }
    source.skip(1)
    const script = source.nested((depth) => this.#readText(text, line, depth))
    pieces.push({ kind: 'command', script, source: source.text.slice(start, source.at), isQuoted })
  }
}

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\x07',
  b: '\b',
  e: '\x1b',
  E: '\x1b',
  f: '\f',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '?': '?',
}

/** Reads the text of `$'…'` and its closing quotation mark. */
function ansiText(source: Source): string {
  let text = ''
  while (source.next !== "'") {
    if (source.isAtEnd) source.fail("$' is not closed")
    const character = source.take()
    if (character !== '\\') {
      text += character
      continue
    }
    const escaped = escapes[source.next]
    const [code] =
      /^(x[0-9A-Fa-f]{1,2}|u[0-9A-Fa-f]{1,4}|[0-7]{1,3})/.exec(source.text.slice(source.at, source.at + 5)) ?? []
    if (escaped !== undefined) {
      text += escaped
      source.skip(1)
    } else if (code !== undefined) {
      const value = /^[xu]/.test(code) ? Number.parseInt(code.slice(1), 16) : Number.parseInt(code, 8)
      if (value === 0 || (value > 127 && !code.startsWith('u')) || (value >= 0xd800 && value < 0xe000))
        source.fail(`\\${code} in $'…' is no character of its own`)
      text += String.fromCharCode(value)
      source.skip(code.length)
    } else source.fail(`\\${source.next} in $'…' is not known`)
  }
  source.skip(1)
  return text
}

import { NotUnderstood } from './syntax.ts'

/** Levels of commands within commands that are read. */
const deepest = 40

/** The characters of a script, and the place that has been reached. */
export class Source {
  readonly text: string
  at = 0
  depth: number
  /** The line of the first character, from 0. */
  readonly #firstLine: number
  #counted = 0
  #lines = 0

  constructor(text: string, firstLine = 0, depth = 0) {
    this.text = text
    this.#firstLine = firstLine
    this.depth = depth
  }

  /** The next character; empty at the end. */
  get next(): string {
    return this.text[this.at] ?? ''
  }

  get isAtEnd(): boolean {
    return this.at >= this.text.length
  }

  /** The line of the current place, from 0. */
  get line(): number {
    if (this.at < this.#counted) [this.#counted, this.#lines] = [0, 0]
    for (; this.#counted < this.at; this.#counted++) if (this.text[this.#counted] === '\n') this.#lines++
    return this.#firstLine + this.#lines
  }

  startsWith(text: string): boolean {
    return this.text.startsWith(text, this.at)
  }

  skip(count: number): void {
    this.at += count
  }

  /** Skips blanks, continued lines and a comment. */
  skipBlanks(): void {
    for (;;) {
      if (this.next === ' ' || this.next === '\t') this.at++
      else if (this.startsWith('\\\n')) this.at += 2
      else break
    }
    if (this.next === '#') this.takeWhile(/[^\n]/)
  }

  /** Returns the next character and skips it. */
  take(): string {
    return this.text[this.at++] ?? ''
  }

  /** Returns the next characters that match, and skips them. */
  takeWhile(pattern: RegExp): string {
    const start = this.at
    while (!this.isAtEnd && pattern.test(this.next)) this.at++
    return this.text.slice(start, this.at)
  }

  /** Returns the characters before `end`, and skips both. */
  takeTo(end: string, failure: string): string {
    const found = this.text.indexOf(end, this.at)
    if (found < 0) this.fail(failure)
    const text = this.text.slice(this.at, found)
    this.at = found + end.length
    return text
  }

  /** Reads something within something else. Throws NotUnderstood below 40 levels. */
  nested<T>(read: (depth: number) => T): T {
    if (this.depth >= deepest) this.fail(`commands are nested deeper than ${deepest} levels`)
    this.depth++
    try {
      return read(this.depth)
    } finally {
      this.depth--
    }
  }

  /** Throws NotUnderstood with the current line. */
  fail(message: string): never {
    throw new NotUnderstood(message, this.line)
  }
}

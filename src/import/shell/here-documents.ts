import type { WordReader } from './read-word.ts'
import { Source } from './source.ts'
import type { Word } from './syntax.ts'

interface Document {
  readonly word: Word
  readonly isIndented: boolean
  text?: Word
}

/** The here-documents that begin on one line; their texts stand on the lines below it. */
export class HereDocuments {
  readonly #words: WordReader
  readonly #open: Document[] = []

  constructor(words: WordReader) {
    this.#words = words
  }

  get areOpen(): boolean {
    return this.#open.length > 0
  }

  /** Notes that a document begins. Returns what yields its text once it has been read. */
  begin(word: Word, isIndented: boolean): () => Word {
    const document: Document = { word, isIndented }
    this.#open.push(document)
    return () => document.text ?? word
  }

  /** Reads the texts of the open documents, which begin at the current place. */
  read(source: Source): void {
    for (const document of this.#open.splice(0)) {
      const end = document.word.pieces
        .map((piece) => (piece.kind === 'text' ? piece.text : source.fail('<< needs a word without variables')))
        .join('')
      const firstLine = source.line
      const lines: string[] = []
      for (;;) {
        if (source.isAtEnd) source.fail(`the here-document is not ended by ${end}`)
        const line = source.takeWhile(/[^\n]/)
        source.skip(1)
        const shown = document.isIndented ? line.replace(/^\t+/, '') : line
        if (shown === end) break
        lines.push(`${shown}\n`)
      }
      const text = lines.join('')
      document.text = document.word.pieces.some(({ isQuoted }) => isQuoted)
        ? { pieces: [{ kind: 'text', text, isQuoted: true }], source: text }
        : this.#words.document(new Source(text, firstLine, source.depth))
    }
  }
}

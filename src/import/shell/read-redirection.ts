import type { HereDocuments } from './here-documents.ts'
import type { WordReader } from './read-word.ts'
import type { Source } from './source.ts'
import type { Redirection } from './syntax.ts'

/** Reads the redirections behind a command. */
export function readRedirections(source: Source, words: WordReader, documents: HereDocuments): Redirection[] {
  const found: Redirection[] = []
  for (;;) {
    source.skipBlanks()
    const redirection = readRedirection(source, words, documents)
    if (!redirection) return found
    found.push(redirection)
  }
}

/** Reads the redirection at the current place; undefined if there is none. */
export function readRedirection(source: Source, words: WordReader, documents: HereDocuments): Redirection | undefined {
  const [all, digits, operator] =
    /^(\d{0,3})(<<<|<<-|<<|<>|<&|<|>>|>\||>&|&>>|&>|>)/.exec(source.text.slice(source.at, source.at + 6)) ?? []
  if (all === undefined || operator === undefined) return undefined
  source.skip(all.length)
  source.skipBlanks()
  if (/^[<>]?\(/.test(source.text.slice(source.at, source.at + 2))) source.fail('<(…) is not understood')
  const target = words.word(source)
  if (target.source === '') source.fail(`${operator} is not followed by a word`)
  const base = { ...(digits ? { descriptor: Number(digits) } : {}), operator }
  if (!/^<<-?$/.test(operator)) return { ...base, target }
  const text = documents.begin(target, operator === '<<-')
  return {
    ...base,
    operator: '<<',
    get target() {
      return text()
    },
  }
}

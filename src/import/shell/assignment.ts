import type { Word } from './syntax.ts'

/** Returns the name and the value of a word such as `NAME=value`; undefined for another word. */
export function assignmentOf({ pieces, source }: Word): { readonly name: string; readonly value: Word } | undefined {
  const [, name] = /^([A-Za-z_]\w*)=/.exec(source) ?? []
  const [first, ...rest] = pieces
  if (name === undefined || first?.kind !== 'text' || first.isQuoted) return undefined
  const value = { ...first, text: first.text.slice(name.length + 1) }
  return { name, value: { pieces: [value, ...rest], source: source.slice(name.length + 1) } }
}

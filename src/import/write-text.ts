import type { Text } from './text.ts'

/**
 * Writes a text as a tasks file has it: `${secret.NAME}` for a named secret, `${NAME}` for a variable, and `$${` for the
 * characters `${`.
 */
export function writeText(text: Text): string {
  return text
    .map((part) => {
      if (typeof part === 'string') return escapeText(part)
      return part.kind === 'secret' ? `\${secret.${part.name}}` : `\${${part.name}}`
    })
    .join('')
}

/** Writes characters as a tasks file has them. */
const escapeText = (text: string) => text.replaceAll('${', () => '$${')

/** Escapes all texts of a value as a tasks file has them. */
export function escapeTexts(value: unknown): unknown {
  if (typeof value === 'string') return escapeText(value)
  if (Array.isArray(value)) return value.map(escapeTexts)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, escapeTexts(one)]))
}

/** Characters that can move the cursor, hide text or change its direction. Not the joiners, which emoji and scripts need. */
export const unprintable = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu

/** Makes a text of an input one line that is safe to print, and to put into a comment. */
export function oneLine(text: string): string {
  return text.replace(unprintable, (character) => {
    if (character === '\n') return ' '
    return `\\u{${(character.codePointAt(0) as number).toString(16)}}`
  })
}

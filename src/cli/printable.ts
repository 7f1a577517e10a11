/** What could move a cursor, hide text or turn its direction; the joiners that make up emoji and scripts stay. */
const unprintable = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu
const short: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** A text of somebody else as one line that a terminal only shows: control characters as `\n`, `\x1b`, `\u{202e}`. */
export function printable(text: string): string {
  return text.replace(unprintable, escapeCharacter)
}

/** The same for a text of several lines: its line ends and tabs stay. */
export function printableLines(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(unprintable, (character) => {
    return character === '\n' || character === '\t' ? character : escapeCharacter(character)
  })
}

/** JSON on one line that a terminal only shows: what JSON leaves raw above ASCII is escaped as JSON escapes the rest. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value).replace(unprintable, (character) =>
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  )
}

function escapeCharacter(character: string): string {
  const code = character.codePointAt(0) as number
  if (short[character]) return short[character]
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`
}

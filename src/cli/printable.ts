/** Characters that can move the cursor, hide text or change its direction. Not the joiners, which emoji and scripts need. */
const unprintable = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu
const short: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** Makes untrusted text safe to print on one line of a terminal: escapes control characters as `\n`, `\x1b`, `\u{202e}`. */
export function printable(text: string): string {
  return text.replace(unprintable, escapeCharacter)
}

/** Makes untrusted text of several lines safe to print: escapes control characters except line ends and tabs. */
export function printableLines(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(unprintable, (character) => {
    return character === '\n' || character === '\t' ? character : escapeCharacter(character)
  })
}

/** Formats a value as JSON on one line that is safe to print: control characters above ASCII are escaped too, as `\u202e`. */
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

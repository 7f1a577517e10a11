/**
 * A text of other people for a message: one line, in which control characters and characters that change the direction of
 * text are shown by their code points, at most `length` characters.
 */
export function visible(text: string, length: number): string {
  const characters = [...text.slice(0, length * 4)]
  const shown = characters
    .slice(0, length)
    .join('')
    .replace(/\s+/g, ' ')
    .replace(/(?![\u200c\u200d])\p{C}/gu, codePoint)
    .trim()
  return characters.length > length || text.length > length * 4 ? `${shown}…` : shown
}

/** U+202E is written as \u202e, U+E0041 as \u{e0041}. The joiners are left, which emoji and scripts need. */
function codePoint(character: string): string {
  const hex = (character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')
  return hex.length > 4 ? `\\u{${hex}}` : `\\u${hex}`
}

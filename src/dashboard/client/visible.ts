/** Characters that hide text or change its direction. Not line ends and tabs, nor the joiners, which emoji and scripts need. */
const hidden = /(?![\n\r\t\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu

/** Makes such characters visible: U+202E is written as `\u202e`. */
export function visible(text: string): string {
  return text.replace(hidden, (character) => {
    const hex = (character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')
    return hex.length > 4 ? `\\u{${hex}}` : `\\u${hex}`
  })
}

/** How much is told before the first such character, and in all. */
const [before, told] = [40, 160]

/** The part of a text that has such characters, made visible; undefined for one without any. */
export function hiddenIn(text: string): string | undefined {
  const first = text.search(hidden)
  if (first < 0) return undefined
  const from = Math.max(0, first - before)
  const part = visible(text.slice(from, from + told))
  return `${from > 0 ? '…' : ''}${part}${from + told < text.length ? '…' : ''}`
}

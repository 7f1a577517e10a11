const longest = 100

/** A text of the target for an error message: 100 characters at most, without control and other invisible characters. */
export function excerpt(text: string): string {
  // A character has two UTF-16 units at most. Much longer texts need not be searched to their end.
  const seen = text
    .slice(0, 20 * longest)
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
  if (seen.length <= longest && text.length <= 20 * longest) return seen
  const characters = [...seen]
  return characters.length > longest || text.length > 20 * longest ? `${characters.slice(0, longest).join('')}…` : seen
}

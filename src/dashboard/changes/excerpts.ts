/** A value as it is shown: null stands for none, undefined for what is not told. */
export type Shown = string | null | undefined

/** A text is shown whole up to this many characters. */
const whole = 200
const shown = 160
/** How much of what two texts have in common stands before the place at which they part. */
const lead = 40

/** Two values of one field; long ones are cut to where they differ. */
export function excerpts(before: Shown, after: Shown): { readonly before: Shown; readonly after: Shown } {
  const one = [...(before ?? '')]
  const other = [...(after ?? '')]
  if (one.length <= whole && other.length <= whole) return { before, after }
  const parted = before && after ? one.findIndex((character, place) => character !== other[place]) : 0
  const place = parted < 0 ? one.length : parted
  const from = place <= shown - lead ? 0 : place - lead
  const cut = (value: Shown, characters: readonly string[]) => {
    if (!value) return value
    const part = characters.slice(from, from + shown).join('')
    return `${from > 0 ? '…' : ''}${part}${characters.length > from + shown ? '…' : ''}`
  }
  return { before: cut(before, one), after: cut(after, other) }
}

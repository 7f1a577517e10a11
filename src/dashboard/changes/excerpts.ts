/** A value to show: null for none, undefined for unknown. */
export type Shown = string | null | undefined

/** Texts up to this many characters are shown in full. */
const whole = 200
const shown = 160
/** Number of common characters to show before the first difference. */
const lead = 40

/** Shortens two values of a field to the part around their first difference, if one of them is long. */
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

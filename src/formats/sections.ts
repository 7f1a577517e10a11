/** The media type of a body in which sections that the client has are not sent again. */
export const sectionsType = 'application/vnd.duly.sections+json'

/** Such a body: texts, and in place of sections that the client has at which of its sections they begin and how many they are. */
export type Sectioned = readonly (string | readonly [place: number, count: number])[]

/** The least and the largest size of sections, in characters. */
export const sectionSizes = { least: 256, largest: 65_536 } as const

/** A part of a text. */
export interface Section {
  readonly text: string
  /** A hash of it, `tagLength` characters. */
  readonly tag: string
}

/** How many characters a tag has: 48 bits, so that of a billion texts hardly one has the tag of another one of two hundred. */
export const tagLength = 8

/** So many characters decide whether a section ends behind them: more than records next to each other have in common in a row. */
const windowLength = 128
const base = 0x01000193
/** What a character counts that has just left the window: `base` to the power of its length, in 32 bits. */
const leaving = Array.from({ length: windowLength }).reduce<number>((power) => Math.imul(power, base), 1)

/**
 * Cuts a text into sections. Where it is cut depends on the characters just before, and not on how much stands before them: two
 * texts that are mostly the same have mostly the same sections, wherever something was put in, taken out or moved.
 * @param size a power of two: about how many characters a section has, at least a quarter of it and at most four times as many
 */
export function sectionsOf(text: string, size: number): readonly Section[] {
  const sections: Section[] = []
  const shift = Math.clz32(size) + 1
  let window = 0
  for (let from = 0, at = 0; from < text.length; from = at) {
    const least = from + size / 4
    const most = Math.min(from + size * 4, text.length)
    let [one, other] = [0x9e3779b9, 0x85ebca6b]
    for (let ends = false; at < most && !ends; at++) {
      const code = text.charCodeAt(at)
      const left = at < windowLength ? 0 : text.charCodeAt(at - windowLength)
      window = (Math.imul(window, base) + code - Math.imul(left, leaving)) | 0
      one = Math.imul(one ^ code, 0x9e3779b1)
      other = Math.imul(other ^ code, 0x5f356495)
      // The upper bits of a product depend on all bits of its factors.
      ends = at >= least && Math.imul(window, 0x9e3779b1) >>> shift === 0
    }
    sections.push({ text: text.slice(from, at), tag: letters(mixed(one)) + letters(mixed(other)) })
  }
  return sections
}

/** Has every bit of a hash depend on all of them (the last step of MurmurHash3). */
function mixed(hash: number): number {
  const once = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35)
  return twice ^ (twice >>> 16)
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
/** The lower 24 bits of a number. */
const letters = (bits: number) => [0, 6, 12, 18].map((shift) => alphabet[(bits >>> shift) & 63]).join('')

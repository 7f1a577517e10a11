/** A JSON object of an input. */
export type Fields = Readonly<Record<string, unknown>>

/** Returns a value if it is an object. */
export const objectOf = (value: unknown): Fields | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined

/** Returns the objects of a list; none if it is no list. */
export const objectsOf = (value: unknown): readonly Fields[] =>
  Array.isArray(value) ? value.map(objectOf).filter((one) => one !== undefined) : []

/** Returns a value if it is a text, else the empty text. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

/** Returns a value as a text for people: a text as it is, everything else as JSON. */
export const shown = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))

/** How the values of a field are shown. */
export type ShownAs = 'text' | 'code' | 'time'

/** How a field of an audit entry is named and shown. */
export interface ShownField {
  readonly label: string
  readonly shownAs?: ShownAs
  inWords?(value: unknown): string | null
  /** The value with which the field is not listed for what was created or deleted. */
  readonly usual?: unknown
}

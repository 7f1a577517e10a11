/** How long work in the background rests after each time: in proportion to what it took, so that it costs a share of a connection. */
export interface Rest {
  /** The pause as a multiple of what the work took. */
  readonly factor: number
  /** The shortest and the longest pause, in ms. */
  readonly leastMs: number
  readonly mostMs: number
}

/** Returns how long to rest after work that took `tookMs`, in ms. */
export const restAfter = (tookMs: number, { factor, leastMs, mostMs }: Rest): number =>
  Math.min(mostMs, Math.max(leastMs, tookMs * factor))

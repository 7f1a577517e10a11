/** When the clocks of one time zone changed and will change. */
export interface ZoneRules {
  /** Instants of the changes, ascending, in ms. */
  readonly changes: readonly number[]
  /** Local time minus UTC, in ms: `offsets[0]` before the first change, `offsets[i + 1]` from `changes[i]` on. */
  readonly offsets: readonly number[]
  /**
   * `last`: the last offset holds for ever. `runtime`: the data ends while the clocks still change, and the rules that
   * Bun itself has go on from there.
   */
  readonly beyond: 'last' | 'runtime'
}

/** A release of the IANA time zone database. */
export interface ZoneSource {
  /** The release, such as `2026f`. */
  readonly version: string
  /** Where it was read, for people. */
  readonly origin: string
  /** @returns the rules of a zone, or undefined when this source does not have it */
  rules(zone: string): ZoneRules | undefined
  /** @returns the name as the database spells it, found in any case; undefined for what is no zone */
  spelling(name: string): string | undefined
  /** Every zone, aliases too. */
  names(): Iterable<string>
}

/** Rules without the changes that leave the offset as it was, which only rename the zone's abbreviation. */
export function mergedRules(
  changes: readonly number[],
  offsets: readonly number[],
  beyond: ZoneRules['beyond'],
): ZoneRules {
  const kept = changes.flatMap((_, index) => (offsets[index] === offsets[index + 1] ? [] : [index]))
  return {
    changes: kept.map((index) => changes[index] ?? 0),
    offsets: [offsets[0] ?? 0, ...kept.map((index) => offsets[index + 1] ?? 0)],
    beyond,
  }
}

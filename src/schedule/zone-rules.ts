/** The clock changes of a time zone, past and future. */
export interface ZoneRules {
  /** The instants of the changes in ascending order, in ms. */
  readonly changes: readonly number[]
  /** Local time minus UTC, in ms: `offsets[0]` before the first change, `offsets[i + 1]` from `changes[i]` on. */
  readonly offsets: readonly number[]
  /**
   * What applies after the last change. `last`: the last offset, permanently. `runtime`: the clocks continue to change
   * beyond the end of the data, by the rules that are built into Bun.
   */
  readonly beyond: 'last' | 'runtime'
}

/** A copy of the IANA time zone database. */
export interface ZoneSource {
  /** The release, such as `2026f`. */
  readonly version: string
  /** `bundled`, or the directory that it was read from. */
  readonly origin: string
  /** Returns the rules of a zone, or undefined if the source does not have the zone. */
  rules(zone: string): ZoneRules | undefined
  /** Returns the official spelling of a name in any case, or undefined if it is not a zone. */
  spelling(name: string): string | undefined
  /** Returns the names of all zones, including aliases. */
  names(): Iterable<string>
}

/** Returns rules without the changes that affect only the abbreviation of the zone, and not its offset. */
export function mergedRules(
  changes: readonly number[],
  offsets: readonly number[],
  beyond: ZoneRules['beyond'],
): ZoneRules {
  const effective = changes.flatMap((_, index) => (offsets[index] === offsets[index + 1] ? [] : [index]))
  return {
    changes: effective.map((index) => changes[index] ?? 0),
    offsets: [offsets[0] ?? 0, ...effective.map((index) => offsets[index + 1] ?? 0)],
    beyond,
  }
}

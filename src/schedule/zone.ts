import { zoneRules, zoneSpelling } from './zone-source.ts'

/**
 * Finds a time zone by its IANA name, canonical or alias, in any case.
 * @returns the official spelling of the name, or undefined if it is not a zone; offsets such as +02:00 and abbreviations
 * such as CEST are not
 */
export function findTimeZone(name: string): string | undefined {
  // Intl would accept offsets.
  if (!/^[A-Za-z]/.test(name)) return undefined
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone
  } catch {
    // Zones that are newer than this version of Bun.
    return zoneSpelling(name)
  }
}

/**
 * A period between two clock changes of a zone: from `start` (inclusive) to `end` (exclusive), local time is the instant
 * plus `offset`. All in ms; local times are represented as if they were UTC.
 */
export class Span {
  #previous: Span | undefined
  #next: Span | undefined

  constructor(
    readonly zone: string,
    readonly start: number,
    readonly end: number,
    readonly offset: number,
  ) {}

  /** The period before the clock change at `start`; undefined if there is none. */
  get previous(): Span | undefined {
    if (this.start === Number.NEGATIVE_INFINITY) return undefined
    this.#previous ??= readSpan(this.zone, this.start - 1)
    return this.#previous
  }

  /** The period after the clock change at `end`; undefined if there is none. */
  get next(): Span | undefined {
    if (this.end === Number.POSITIVE_INFINITY) return undefined
    this.#next ??= readSpan(this.zone, this.end)
    return this.#next
  }
}

function readSpan(zone: string, instant: number): Span {
  const rules = zoneRules(zone)
  if (!rules) return runtimeSpan(zone, instant)
  const { changes, offsets, beyond } = rules
  const after = indexAfter(changes, instant)
  if (after === changes.length && beyond === 'runtime' && continues(zone, changes, offsets))
    return runtimeSpan(zone, instant)
  return new Span(
    zone,
    changes[after - 1] ?? Number.NEGATIVE_INFINITY,
    changes[after] ?? Number.POSITIVE_INFINITY,
    offsets[after] ?? 0,
  )
}

/** Returns the index of the first change later than an instant, by binary search. */
function indexAfter(changes: readonly number[], instant: number): number {
  let low = 0
  let high = changes.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((changes[middle] ?? 0) > instant) high = middle
    else low = middle + 1
  }
  return low
}

/** Reports whether the runtime's rules agree on the last known change, so that they can be used for the time after it. */
function continues(zone: string, changes: readonly number[], offsets: readonly number[]): boolean {
  const last = changes.at(-1) ?? 0
  try {
    const span = runtimeSpan(zone, last)
    return span.start === last && span.offset === offsets.at(-1)
  } catch {
    return false
  }
}

/**
 * Returns the span that contains an instant by the time zone data that is built into Bun.
 * @throws RangeError for an unknown zone
 */
export function runtimeSpan(zone: string, instant: number): Span {
  const at = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone)
  // `previous` searches strictly before its argument, but a change at this instant starts this span.
  const start = at.add({ milliseconds: 1 }).getTimeZoneTransition('previous')
  const end = at.getTimeZoneTransition('next')
  return new Span(
    zone,
    start?.epochMilliseconds ?? Number.NEGATIVE_INFINITY,
    end?.epochMilliseconds ?? Number.POSITIVE_INFINITY,
    at.offsetNanoseconds / 1e6,
  )
}

/** The span used last in each zone. Nearly all lookups are for the present, in one of a few hundred zones. */
const latest = new Map<string, Span>()

/**
 * Returns the span that contains an instant, given in whole ms.
 * @param zone a name returned by `findTimeZone`
 * @throws RangeError for an unknown zone
 */
export function spanAt(zone: string, instant: number): Span {
  let span = latest.get(zone)
  if (!span || instant < span.start || instant >= span.end) {
    span = readSpan(zone, instant)
    latest.set(zone, span)
  }
  return span
}

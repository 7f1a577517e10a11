import { zoneRules, zoneSpelling } from './zone-source.ts'

/**
 * Looks a time zone up by its IANA name, canonical or alias, in any case.
 * @returns the name as it is spelt, or undefined for what is none: offsets and unknown abbreviations too
 */
export function findTimeZone(name: string): string | undefined {
  // Intl would take offsets such as +02:00 as well.
  if (!/^[A-Za-z]/.test(name)) return undefined
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone
  } catch {
    // Zones that are younger than this Bun.
    return zoneSpelling(name)
  }
}

/** Whether this is the IANA name of a time zone, in any case. */
export function isTimeZone(name: string): boolean {
  return findTimeZone(name) !== undefined
}

/**
 * A stretch of time in which the clocks of a zone run evenly: from `start` until just before `end`, local time is the
 * instant plus `offset`. All in ms; a local time is written as if it were UTC.
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

  /** The stretch before the clock change at `start`. */
  get previous(): Span | undefined {
    if (this.start === Number.NEGATIVE_INFINITY) return undefined
    this.#previous ??= readSpan(this.zone, this.start - 1)
    return this.#previous
  }

  /** The stretch after the clock change at `end`. */
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

/** The index of the first change later than an instant: how many are not. */
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

/** Whether the runtime's own rules agree about the last change that is known, and so may be asked for what follows it. */
function continues(zone: string, changes: readonly number[], offsets: readonly number[]): boolean {
  const last = changes.at(-1) ?? 0
  try {
    const span = runtimeSpan(zone, last)
    return span.start === last && span.offset === offsets.at(-1)
  } catch {
    return false
  }
}

/** The same by the time zone data that is built into Bun. */
export function runtimeSpan(zone: string, instant: number): Span {
  const at = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone)
  // `previous` looks strictly before its own time, and a change at this very instant belongs to this span.
  const start = at.add({ milliseconds: 1 }).getTimeZoneTransition('previous')
  const end = at.getTimeZoneTransition('next')
  return new Span(
    zone,
    start?.epochMilliseconds ?? Number.NEGATIVE_INFINITY,
    end?.epochMilliseconds ?? Number.POSITIVE_INFINITY,
    at.offsetNanoseconds / 1e6,
  )
}

/** The last span asked for in each zone: nearly every question is about now, in one of a few hundred zones. */
const latest = new Map<string, Span>()

/**
 * The span that holds an instant (whole ms).
 * @param zone a name that `findTimeZone` gave
 * @throws RangeError for a zone that does not exist
 */
export function spanAt(zone: string, instant: number): Span {
  let span = latest.get(zone)
  if (!span || instant < span.start || instant >= span.end) {
    span = readSpan(zone, instant)
    latest.set(zone, span)
  }
  return span
}

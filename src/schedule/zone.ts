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
    return undefined
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

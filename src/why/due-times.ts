import { lastTime } from '../formats/time.ts'
import type { CalendarUse } from '../schedule/calendar.ts'
import { countTimes, eachTime } from '../schedule/count-times.ts'
import { cronNext } from '../schedule/cron-next.ts'
import { recurrenceOf } from '../schedule/kind.ts'
import { isReadable } from '../schedule/readable.ts'
import { unitMs } from '../schedule/unit.ts'
import { stepsAfter } from '../schedule/upcoming.ts'
import type { Timing } from './queries.ts'

const dayMs = 86_400_000
/** In how long a time before it a time of a pattern is looked for, in ms, one after the other. */
const looks = [3_600_000, dayMs, 32 * dayMs, 400 * dayMs]

/** A slot that is known. */
export interface KnownSlot {
  readonly at: number
  /** When it was claimed or skipped; undefined for one that is still to come. */
  readonly takenAt?: number
}

/** What the times of a task are worked out from. All times in ms. */
export interface DueSource {
  readonly timing: Timing
  readonly anchorDay: number | null
  readonly use: CalendarUse | undefined
  /** A later start than this begins a new phase where the task asks for that. */
  readonly toleranceMs: number
  /** Slots that are on record or stored as the next one. */
  readonly known: readonly KnownSlot[]
  /** The schedule held from here on, and before that. */
  readonly since: number
  readonly until: number
  /** The times of a pattern are later than this: a first run may have been given. */
  readonly patternSince: number
}

/**
 * The slots of a task while it had one schedule. Those of a pattern are worked out from it. Those of an interval are worked out from
 * the slots that are on record: nothing else says in which phase it was.
 */
export class DueTimes {
  readonly #known: readonly KnownSlot[]
  /** Whether this server can read the schedule; else only slots that are on record are known. */
  readonly isReadable: boolean

  constructor(readonly source: DueSource) {
    this.isReadable = isReadable(source.timing)
    const { since, until } = source
    const byTime = new Map<number, KnownSlot>()
    for (const slot of source.known)
      if (slot.at >= since && slot.at < until && !byTime.has(slot.at)) byTime.set(slot.at, slot)
    this.#known = [...byTime.values()].sort((one, other) => one.at - other.at)
  }

  /** The last slot before a time. */
  before(at: number): number | undefined {
    const slots = [this.#knownBefore(at)?.at, this.#computedBefore(at)].filter((slot) => slot !== undefined)
    return slots.length === 0 ? undefined : Math.max(...slots)
  }

  /** The first slot at a time or after it. */
  from(at: number): number | undefined {
    const slots = [this.#known.find((slot) => slot.at >= at)?.at, this.#computedFrom(at)]
    const found = slots.filter((slot) => slot !== undefined)
    return found.length === 0 ? undefined : Math.min(...found)
  }

  /**
   * Counts the slots after a time up to another one. They may be hundreds of thousands, so they are not worked out one by one.
   * @param most where counting stops
   */
  countBetween(after: number, until: number, most: number): number {
    const known = this.#known.filter(({ at }) => at > after && at <= until)
    const { timing, use, patternSince } = this.source
    const recurrence = recurrenceOf(timing)
    const last = Math.min(until, this.#end - 1)
    if (!this.isReadable || recurrence.kind === 'once') return Math.min(known.length, most)
    if (recurrence.kind === 'cron') {
      const { cron, time_zone } = recurrence
      const first = Math.max(after, patternSince)
      const others = known.filter(({ at }) => at <= first || at > last || cronNext(cron, time_zone, at - 1, use) !== at)
      return Math.min(countTimes(cron, time_zone, first, Math.max(first, last), most, use) + others.length, most)
    }
    const between = this.#known.reduce((sum, slot) => {
      const end = Math.min(last, this.#stepsEnd(slot) - 1)
      const begin = Math.max(after, slot.at)
      return end > begin ? sum + this.#stepsTo(slot.at, end) - this.#stepsTo(slot.at, begin) : sum
    }, 0)
    return Math.min(known.length + between, most)
  }

  #knownBefore(at: number): KnownSlot | undefined {
    return this.#known.findLast((slot) => slot.at < at)
  }

  /** The end of the schedule: nothing is due then or later. */
  get #end(): number {
    const { timing, until } = this.source
    const end = Math.min(until, lastTime - timing.spread_seconds * 1000)
    return timing.ends_at === null ? end : Math.min(end, Date.parse(timing.ends_at) + 1)
  }

  #computedBefore(at: number): number | undefined {
    const { timing, use, patternSince } = this.source
    const recurrence = recurrenceOf(timing)
    const end = Math.min(at, this.#end)
    // The only slot of a task that runs once is among those that are known.
    if (!this.isReadable || recurrence.kind === 'once') return undefined
    if (recurrence.kind === 'cron') {
      let last: number | undefined
      for (const look of looks) {
        const after = Math.max(end - look - 1, patternSince)
        if (after < end)
          eachTime(
            recurrence.cron,
            recurrence.time_zone,
            after,
            end,
            (time) => {
              last = time
            },
            use,
          )
        if (last !== undefined) return last
      }
      return undefined
    }
    const known = this.#knownBefore(at)
    return known && this.#lastStep(known, end)
  }

  #computedFrom(at: number): number | undefined {
    const { timing, use, patternSince } = this.source
    const recurrence = recurrenceOf(timing)
    if (!this.isReadable) return undefined
    if (recurrence.kind === 'cron') {
      const next = cronNext(recurrence.cron, recurrence.time_zone, Math.max(at - 1, patternSince), use)
      return next === undefined || next >= this.#end ? undefined : next
    }
    const known = this.#knownBefore(at)
    if (!known || recurrence.kind === 'once') return undefined
    const last = this.#lastStep(known, at) ?? known.at
    const next = this.#step(known.at, this.#stepsTo(known.at, last) + 1)
    return next >= at && next < Math.min(this.#end, this.#stepsEnd(known)) ? next : undefined
  }

  /** The last time on the grid of a slot before `end`. */
  #lastStep(known: KnownSlot, end: number): number | undefined {
    const behind = Math.min(end, this.#stepsEnd(known))
    if (known.at >= behind) return undefined
    return this.#step(known.at, this.#stepsTo(known.at, behind - 1))
  }

  /** Up to where the grid of a slot is that of the task: the next slot on record, or a start that was so late that it began anew. */
  #stepsEnd(known: KnownSlot): number {
    const next = this.#known.find((slot) => slot.at > known.at)?.at ?? Number.POSITIVE_INFINITY
    const { timing, toleranceMs } = this.source
    const restarts = timing.phase === 'restart' && (known.takenAt ?? known.at) - known.at > toleranceMs
    return Math.min(next, restarts ? (known.takenAt as number) + 1 : next)
  }

  /** How many intervals fit between two times. */
  #stepsTo(from: number, to: number): number {
    const recurrence = recurrenceOf(this.source.timing)
    if (recurrence.kind !== 'interval') return 0
    let steps = Math.max(0, Math.floor((to - from) / (recurrence.frequency * unitMs[recurrence.unit])) - 1)
    while (this.#step(from, steps + 1) <= to) steps++
    return steps
  }

  #step(from: number, steps: number): number {
    const recurrence = recurrenceOf(this.source.timing)
    if (recurrence.kind !== 'interval') return Number.POSITIVE_INFINITY
    const { frequency, unit } = recurrence
    return steps === 0 ? from : stepsAfter(from, steps, frequency, unit, this.source.anchorDay ?? undefined)
  }
}

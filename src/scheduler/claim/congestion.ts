import type { Seats } from './seats.ts'

/** How long a target must be congested before claims exclude it, in ms: one whose calls end has room sooner. */
const lastingMs = 200
/** Pause after an excluding claim that found little, in ms: it may have read past everything due for the target. */
const restMs = 250

/**
 * Detects targets that have stayed nearly full for 200 ms. Every other claim then excludes them: otherwise their few free
 * seats would cap every batch. A target whose seats are soon free again is not excluded, because its seats would then stay
 * unused.
 */
export class Congestion {
  #since: number | undefined
  #restUntil = 0

  /** Notes whether a target has no room, or too little for a claim to be worth a statement. */
  note(congested: boolean, now = performance.now()): void {
    if (!congested) this.#since = undefined
    else this.#since ??= now
  }

  /** Whether the next claim may exclude the tasks of congested targets. */
  excludesCongested(now = performance.now()): boolean {
    return this.#since !== undefined && now - this.#since >= lastingMs && now >= this.#restUntil
  }

  /** Notes that a claim which excluded them found less than it had seats for. */
  noteShortClaim(now = performance.now()): void {
    this.#restUntil = now + restMs
  }
}

/** Whether some target of these services has no room, or too little for a claim to be worth a statement. */
export const hasCongestedTarget = (seats: Seats, services: ReadonlySet<string>): boolean =>
  [...services].some((service) => seats.fullTargets(service, seats.worthwhile(service)).length > 0)

/** Whether some target of these services has room, but too little for a claim to be worth a statement. */
export const hasPartlyFullTarget = (seats: Seats, services: ReadonlySet<string>): boolean =>
  [...services].some(
    (service) => seats.fullTargets(service, seats.worthwhile(service)).length > seats.fullTargets(service).length,
  )

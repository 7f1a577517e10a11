/** How long a target must have had too little room before claims go round it, in ms: one whose calls end has room sooner. */
const lastingMs = 200
/** Rest after a claim round it that found little, in ms: it may have read past all that is due for the target. */
const restMs = 250

/**
 * Tells a target that hangs, or is slow, from one whose seats turn over. The first would bound every claim to the few seats
 * that are left to it; claims that leave its tasks out go to the others. For the second that would be a waste.
 */
export class Congestion {
  #since: number | undefined
  #restUntil = 0

  /** Notes whether a target has no room, or too little for a claim to be worth it. Returns whether that lasts. */
  lasts(cramped: boolean, now = performance.now()): boolean {
    if (!cramped) this.#since = undefined
    else this.#since ??= now
    return this.#since !== undefined && now - this.#since >= lastingMs
  }

  /** Whether the next claim may leave out the tasks of cramped targets. */
  excludesCongested(now = performance.now()): boolean {
    return this.lasts(this.#since !== undefined, now) && now >= this.#restUntil
  }

  /** Notes that a claim round them found less than it had seats for. */
  noteShortClaim(now = performance.now()): void {
    this.#restUntil = now + restMs
  }
}

import { PassGap } from './pass-pattern.ts'

/** A task that waited for the next pass may be late by the gap between two passes, and by this, in seconds. */
const allowedSeconds = 60

/** By how much a task may be late and keep its phase: the gap between the last two passes on their pattern, and a minute. */
export class Tolerance {
  readonly #gap: PassGap

  /** @param pattern when passes run */
  constructor(pattern: string) {
    this.#gap = new PassGap(pattern)
  }

  /** @param now in ms; never earlier than in the call before */
  seconds(now: number): number {
    return this.gapSeconds(now) + allowedSeconds
  }

  /** The gap between the last two passes alone. */
  gapSeconds(now: number): number {
    return this.#gap.seconds(now)
  }
}

/** How far two monotonic clocks may drift apart, as a share of the time that passes. */
const drift = 1e-4

/**
 * The database's clock as this process knows it: learnt from answers that say what it showed, and counted on by the
 * process's monotonic clock. The process's own time of day, which may be an hour off, has no part in it once an answer has come.
 */
export class DatabaseClock {
  /** The database's time at the zero of the monotonic clock, and how far that may be off, in ms. */
  #zero = Date.now() - performance.now()
  #error = Number.POSITIVE_INFINITY
  #learntAt = 0

  /**
   * Takes an answer into account. A slow one says little: it is passed over while an earlier one says more, unless the
   * two contradict each other, as when the database's clock has been set.
   * @param shown what the database's clock showed, in ms since 1970
   * @param asked when it was asked, by performance.now()
   * @param answered when the answer came, by performance.now()
   */
  learn(shown: number, asked: number, answered = performance.now()): void {
    const zero = shown - (asked + answered) / 2
    const error = (answered - asked) / 2
    const known = this.#error + drift * (answered - this.#learntAt)
    if (error > known && Math.abs(zero - this.#zero) <= error + known) return
    this.#zero = zero
    this.#error = error
    this.#learntAt = answered
  }

  /** What the database's clock shows now, in ms since 1970, with a fraction. */
  now(): number {
    return this.#zero + performance.now()
  }
}

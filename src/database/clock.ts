/** By how much two monotonic clocks may drift apart, as a fraction of the elapsed time. */
const drift = 1e-4

/**
 * Estimates the database's clock from samples of it and the monotonic clock of this process. The time of day of this
 * machine, which may be wrong, is used only before the first sample.
 */
export class DatabaseClock {
  /** The database's time at performance.now() = 0, and the maximum error of that, in ms. */
  #zero = Date.now() - performance.now()
  #error = Number.POSITIVE_INFINITY
  #sampledAt = 0

  /**
   * Adds a sample. One with a larger error than the current estimate is ignored, unless the two contradict each other,
   * as after the database's clock has been set.
   * @param time the database's time, in ms since 1970
   * @param sentAt when the statement was sent, by performance.now()
   * @param receivedAt when its result arrived, by performance.now()
   */
  learn(time: number, sentAt: number, receivedAt = performance.now()): void {
    const zero = time - (sentAt + receivedAt) / 2
    const error = (receivedAt - sentAt) / 2
    const currentError = this.#error + drift * (receivedAt - this.#sampledAt)
    if (error > currentError && Math.abs(zero - this.#zero) <= error + currentError) return
    this.#zero = zero
    this.#error = error
    this.#sampledAt = receivedAt
  }

  /** Returns the estimated time of the database, in ms since 1970, with a fraction. */
  now(): number {
    return this.#zero + performance.now()
  }
}

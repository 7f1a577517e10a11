/**
 * How often a value lay below each of some bounds. Plain numbers: adding one costs nanoseconds, since this is done for
 * each execution and each request. What Prometheus wants of them is worked out when it asks.
 */
export class Distribution {
  /** One more than there are bounds: the last counts what lies beyond all of them. */
  readonly counts: Float64Array
  sum = 0

  /** @param bounds upper bounds, rising; a value that equals one belongs to it */
  constructor(readonly bounds: readonly number[]) {
    this.counts = new Float64Array(bounds.length + 1)
  }

  add(value: number): void {
    let low = 0
    let high = this.bounds.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (value <= (this.bounds[middle] as number)) high = middle
      else low = middle + 1
    }
    this.counts[low] = (this.counts[low] as number) + 1
    this.sum += value
  }
}

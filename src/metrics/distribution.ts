/**
 * Counts values by bucket, for a Prometheus histogram. `add` costs nanoseconds, because it runs for each execution and each
 * request; the cumulative counts that Prometheus wants are computed for each scrape.
 */
export class Distribution {
  /** Values per bucket, not cumulative. The last bucket holds the values above all bounds. */
  readonly counts: Float64Array
  /** Sum of all values. */
  sum = 0

  /** @param bounds upper bounds of the buckets, ascending and inclusive */
  constructor(readonly bounds: readonly number[]) {
    this.counts = new Float64Array(bounds.length + 1)
  }

  /** Adds one value. */
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

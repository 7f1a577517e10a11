/**
 * The lower bounds of the buckets, in ms: five for each power of ten (1, 1.6, 2.5, 4, 6.3, 10 …) up to 6,300,000, which is
 * longer than any call.
 */
export const bounds: readonly number[] = Array.from({ length: 35 }, (_, i) => Number((10 ** (i / 5)).toPrecision(2)))

/**
 * The number of values in each bucket, as stored in the columns duration_ms and skew_ms. The first bucket holds values
 * below `bounds[0]`, the last one values from the last bound on.
 */
export type Histogram = number[]

/** The number of buckets. */
export const bucketCount = bounds.length + 1

/** Returns a histogram without values. */
export const emptyHistogram = (): Histogram => Array<number>(bucketCount).fill(0)

/** Returns the bucket of a value in ms: the number of bounds that are not above it, as PostgreSQL's `width_bucket` does. */
export function bucketOf(value: number): number {
  let low = 0
  let high = bounds.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((bounds[middle] as number) <= value) low = middle + 1
    else high = middle
  }
  return low
}

/**
 * Estimates a percentile, in ms with one decimal, assuming that the values of a bucket are evenly distributed. For the last
 * bucket the result is its lower bound.
 * @param share 0.5 for the median
 * @returns null for an empty histogram
 */
export function percentile(counts: Readonly<Histogram>, share: number): number | null {
  const total = counts.reduce((sum, count) => sum + count, 0)
  if (total === 0) return null
  let remaining = share * total
  for (const [bucket, count] of counts.entries()) {
    if (count >= remaining && count > 0) {
      const from = bounds[bucket - 1] ?? 0
      const to = bounds[bucket] ?? from
      return Math.round((from + (to - from) * (remaining / count)) * 10) / 10
    }
    remaining -= count
  }
  return bounds.at(-1) as number
}

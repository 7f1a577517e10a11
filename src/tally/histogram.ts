/** Five buckets to each power of ten, in ms: 1, 1.6, 2.5, 4, 6.3, 10 … up to 6,300,000, which no call can reach. */
export const bounds: readonly number[] = Array.from({ length: 35 }, (_, i) => Number((10 ** (i / 5)).toPrecision(2)))

/** Counts by bucket: the first is below `bounds[0]`, the last from the last bound on. What is stored has this form. */
export type Histogram = number[]

export const bucketCount = bounds.length + 1

export const emptyHistogram = (): Histogram => Array<number>(bucketCount).fill(0)

/** The bucket of a value in ms: how many bounds are not above it, as PostgreSQL's `width_bucket` has it. */
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
 * The value, in ms, below which this share of all lies: as if the values of a bucket were spread evenly over it. Of the
 * last bucket only the lower bound is known.
 * @param share 0.5 for the median
 * @returns null when nothing was counted
 */
export function percentile(counts: Readonly<Histogram>, share: number): number | null {
  const total = counts.reduce((sum, count) => sum + count, 0)
  if (total === 0) return null
  let left = share * total
  for (const [bucket, count] of counts.entries()) {
    if (count >= left && count > 0) {
      const from = bounds[bucket - 1] ?? 0
      const to = bounds[bucket] ?? from
      return Math.round((from + (to - from) * (left / count)) * 10) / 10
    }
    left -= count
  }
  return bounds.at(-1) as number
}

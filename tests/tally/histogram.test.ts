import { expect, test } from 'bun:test'
import { bounds, bucketCount, bucketOf, emptyHistogram, percentile } from '../../src/tally/histogram.ts'
import { sql } from '../support/database.ts'

const histogram = (...values: number[]) => {
  const counts = emptyHistogram()
  for (const value of values) (counts[bucketOf(value)] as number)++
  return counts
}

test('bucketOf agrees with width_bucket at each bound and on either side of it', async () => {
  const values = [0, 1e9, ...bounds.flatMap((bound) => [bound - 0.01, bound, bound + 0.01])]
  const [row] = await sql<{ buckets: number[] }[]>`
    select array_agg(width_bucket(value, ${bounds as number[]}::float8[]) order by place) as buckets
    from unnest(${values}::float8[]) with ordinality as given (value, place)`
  expect(values.map(bucketOf)).toEqual(row?.buckets as number[])
  expect([bucketOf(0), bucketOf(1e9)]).toEqual([0, bucketCount - 1])
})

test('an empty histogram has no percentiles', () => {
  expect([percentile([], 0.5), percentile(emptyHistogram(), 0.99)]).toEqual([null, null])
})

test('a percentile lies in the bucket of the value, and is interpolated within it', () => {
  const even = histogram(...Array.from({ length: 1000 }, (_, n) => n))
  expect(percentile(even, 0.5)).toBeWithin(400, 631)
  expect(percentile(even, 0.99)).toBeWithin(900, 1001)
  expect(percentile(histogram(100, 100, 100, 100), 0.5)).toBe(130)
  expect(percentile(histogram(100, 100, 100, 100), 1)).toBe(160)
})

test('one slow call among a hundred does not affect the p99, two do; values beyond the last bound count as that bound', () => {
  const fast = Array<number>(99).fill(10)
  expect(percentile(histogram(...fast, 5000), 0.99)).toBeLessThan(20)
  expect(percentile(histogram(...fast.slice(1), 5000, 5000), 0.99)).toBeWithin(4000, 6301)
  expect(percentile(histogram(1e9), 0.5)).toBe(bounds.at(-1) as number)
})

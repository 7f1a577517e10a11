import { expect, test } from 'bun:test'
import { Distribution } from '../../src/metrics/distribution.ts'
import { Exposition } from '../../src/metrics/exposition.ts'
import { samplesOf } from './scrape.ts'

test('bounds are inclusive, values above all bounds are counted, and the sum includes all values', () => {
  const values = new Distribution([1, 2, 5])
  for (const value of [0, 1, 1.5, 2, 5, 5.1, 100]) values.add(value)
  expect([...values.counts]).toEqual([2, 2, 1, 2])
  expect(values.sum).toBeCloseTo(114.6)
})

test('the exposed buckets are cumulative, and the last one equals the count', async () => {
  const values = new Distribution([0.5, 1])
  for (const value of [0.1, 0.2, 0.7, 9]) values.add(value)
  const exposition = new Exposition()
  exposition.histogram('h', 'Some values.', () => [{ labels: { route: '/a' }, values }])
  expect([...samplesOf(await exposition.registry.metrics())]).toEqual([
    ['h_bucket{route="/a",le="0.5"}', 2],
    ['h_bucket{route="/a",le="1"}', 3],
    ['h_bucket{route="/a",le="+Inf"}', 4],
    ['h_sum{route="/a"}', 10],
    ['h_count{route="/a"}', 4],
  ])
})

test('a metric whose value is unknown is missing', async () => {
  const exposition = new Exposition()
  let known: number | undefined
  exposition.gauge('g', 'Some number.', () => known)
  expect([...samplesOf(await exposition.registry.metrics())]).toEqual([])
  known = 3
  expect([...samplesOf(await exposition.registry.metrics())]).toEqual([['g', 3]])
})

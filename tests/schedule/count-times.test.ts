import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { countTimes, eachTime } from '../../src/schedule/count-times.ts'
import { cronNext } from '../../src/schedule/cron-next.ts'
import { expectWork, workSoFar } from '../support/promised.ts'

const zones =
  'UTC Europe/Berlin America/New_York Africa/Casablanca Australia/Lord_Howe Pacific/Apia Asia/Kathmandu America/Nuuk Europe/Amsterdam'.split(
    ' ',
  )
const patterns = [
  ...['* * * * *', '*/7 * * * *', '30 * * * *', '0 0 * * *', '30 2 * * *', '0,30 0-3,23 * * *', '59 23 * * *'],
  ...['15 2 1-7 * 1', '0 */6 * 3,10,11 0', '0 0 31 * *', '0 12 29 2 *', '5 0 * * 7', '*/20 1-3 * * SUN', '0 1 1 * *'],
]

/** One by one. */
function counted(pattern: string, zone: string, after: number, until: number, most: number): number {
  let count = 0
  for (let at = cronNext(pattern, zone, after); at !== undefined && at <= until && count < most; count++)
    at = cronNext(pattern, zone, at)
  return count
}

test('counts the same times as cronNext finds one by one, across clock changes', () => {
  const instant = fc.integer({ min: Date.parse('1890-01-01'), max: Date.parse('2038-01-01') })
  const length = fc.oneof(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 500 }))
  fc.assert(
    fc.property(
      fc.constantFrom(...patterns),
      fc.constantFrom(...zones),
      fc.oneof(
        instant,
        instant.map((ms) => ms - (ms % 60_000)),
      ),
      length,
      fc.integer({ min: 0, max: 86_400_000 }),
      (pattern, zone, after, days, more) => {
        const until = after + days * 86_400_000 + more
        expect(countTimes(pattern, zone, after, until, 3_000)).toBe(counted(pattern, zone, after, until, 3_000))
      },
    ),
    { numRuns: 1_500, seed: 20_261_124 },
  )
})

test('eachTime gives the same times as cronNext', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...patterns),
      fc.constantFrom(...zones),
      fc.integer({ min: Date.parse('1950-01-01'), max: Date.parse('2038-01-01') }),
      fc.integer({ min: 0, max: 2_000 }),
      (pattern, zone, after, minutes) => {
        const before = after + minutes * 60_000
        const given: number[] = []
        eachTime(pattern, zone, after, before, (time) => given.push(time))
        const expected: number[] = []
        for (let at = cronNext(pattern, zone, after); at !== undefined && at < before; at = cronNext(pattern, zone, at))
          expected.push(at)
        expect(given).toEqual(expected)
      },
    ),
    { numRuns: 1_500, seed: 20_261_124 },
  )
})

test('decades of any pattern are counted quickly, up to a limit', () => {
  const until = Date.parse('2026-11-24T12:00:00Z')
  const began = workSoFar()
  for (const zone of zones)
    for (const pattern of patterns) expect(countTimes(pattern, zone, 0, until, 100_000)).toBeGreaterThan(10)
  expect(countTimes('* * * * *', 'UTC', 0, until, 100_000)).toBe(100_000)
  // One by one it would be 100 ms for the patterns that come often.
  expectWork(20 * zones.length * patterns.length, began)
})

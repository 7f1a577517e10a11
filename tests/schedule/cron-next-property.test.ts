import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { cronProblem } from '../../src/schedule/check-cron.ts'
import { cronNext } from '../../src/schedule/cron-next.ts'
import { readPatterns } from '../../src/schedule/pattern.ts'
import { runtimeSpan, spanAt } from '../../src/schedule/zone.ts'
import { changesIn, type Fields, type Item, isNamed, patternOf, timesBetween } from './second-opinion.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** One item of a field; `likely` narrows single values and ranges to where clocks change. */
function item(low: number, high: number, likely: number): fc.Arbitrary<Item> {
  const value = fc.integer({ min: low, max: high })
  const near = fc.oneof(
    { weight: 3, arbitrary: fc.integer({ min: low, max: likely }) },
    { weight: 1, arbitrary: value },
  )
  const step = fc.integer({ min: 1, max: high === 7 ? 7 : high - low + 1 })
  return fc
    .tuple(fc.constantFrom('all', 'one', 'one', 'range', 'on'), near, value, step)
    .map(([kind, one, other, step]) => {
      // A 7 is Sunday, and a step from one value on ends with Saturday.
      const from = kind === 'on' && high === 7 ? one % 7 : kind === 'range' ? Math.min(one, other) : one
      return { kind: kind as Item['kind'], from, to: Math.max(one, other), step }
    })
}
const list = (one: fc.Arbitrary<Item>) => fc.array(one, { minLength: 1, maxLength: 3 })
const star: fc.Arbitrary<Item[]> = fc.constant([{ kind: 'all', from: 0, to: 0, step: 1 }])
const mostly = (free: fc.Arbitrary<Item[]>, restricted: fc.Arbitrary<Item[]>) =>
  fc.oneof({ weight: 4, arbitrary: free }, { weight: 1, arbitrary: restricted })

const minutes = list(item(0, 59, 59))
const hours = list(item(0, 23, 4))
const days = list(item(1, 31, 31))
const months = list(item(1, 12, 12))
const weekdays = list(item(0, 7, 7))
const everyDay: fc.Arbitrary<Fields> = fc.tuple(
  minutes,
  hours,
  mostly(star, days),
  mostly(star, months),
  mostly(star, weekdays),
)
/** Zones about which Intl knows what the rules in use say: some governments decided after the data of this Bun. */
const agreed = Intl.supportedValuesOf('timeZone').filter((zone) => {
  for (let time = Date.UTC(1975, 0, 1); time < Date.UTC(2047, 0, 1); time += 10 * day)
    if (spanAt(zone, time).offset !== runtimeSpan(zone, time).offset) return false
  return true
})
const zone = fc.constantFrom(...agreed, 'Asia/Calcutta', 'US/Eastern', 'Europe/Kiev')
const year = fc.integer({ min: 1975, max: 2045 })

/** Every time that `cronNext` gives from `after` until `until`. */
function chain(pattern: string, zone: string, after: number, until: number): number[] {
  const times: number[] = []
  for (let time = cronNext(pattern, zone, after); time !== undefined && time <= until; )
    time = cronNext(pattern, zone, times[times.push(time) - 1] as number)
  return times
}

test('nearly every zone is compared with Intl', () => {
  expect(agreed.length).toBeGreaterThan(400)
})

test('around every clock change, times are strictly later, match the pattern, and are complete and unique', () => {
  const offsetMs = fc.oneof(
    fc.integer({ min: -3 * hour, max: 3 * hour }),
    fc.integer({ min: -10, max: 10 }).map((quarters) => quarters * 15 * minute),
    fc.integer({ min: -day, max: day / 4 }),
  )
  const near = fc.record({ fields: everyDay, zone, year, which: fc.nat(9), offsetMs })
  fc.assert(
    fc.property(near, ({ fields, zone, year, which, offsetMs }) => {
      const changes = changesIn(zone, year)
      const after = (changes[which % Math.max(changes.length, 1)] ?? Date.UTC(year, which, 15)) + offsetMs
      const until = after + 1.25 * day
      expect(chain(patternOf(fields), zone, after, until)).toEqual(timesBetween(fields, zone, after, until))
    }),
    { numRuns: 250 },
  )
})

test('at any instant, times are strictly later, match the pattern, and are complete', () => {
  const anywhere = fc.record({
    ...{ fields: everyDay, zone, after: fc.integer({ min: Date.UTC(1975), max: Date.UTC(2045) }) },
  })
  fc.assert(
    fc.property(anywhere, ({ fields, zone, after }) => {
      const until = after + 2 * day
      expect(chain(patternOf(fields), zone, after, until)).toEqual(timesBetween(fields, zone, after, until))
    }),
    { numRuns: 100 },
  )
})

test('over fifty years, the first day is the one of a calendar, and undefined if there is none', () => {
  const dates = fc.record({
    ...{
      days: mostly(days, star),
      months,
      weekdays: mostly(star, weekdays),
      year,
      start: fc.integer({ min: 0, max: 365 }),
    },
  })
  const midnight: Item[] = [{ kind: 'one', from: 0, to: 0, step: 1 }]
  fc.assert(
    fc.property(dates, ({ days, months, weekdays, year, start }) => {
      const fields: Fields = [midnight, midnight, days, months, weekdays]
      const after = Date.UTC(year, 0, 1 + start)
      const end = Date.UTC(year + 50, new Date(after).getUTCMonth(), new Date(after).getUTCDate())
      let expected: number | undefined = after + day
      while (expected <= end && !isNamed(fields, expected)) expected += day
      if (expected > end) expected = undefined
      expect(cronNext(patternOf(fields), 'UTC', after)).toBe(expected as number)
      expect(cronProblem(patternOf(fields), after) === undefined).toBe(expected !== undefined)
    }),
    { numRuns: 500 },
  )
})

const textOf = (patterns: readonly { text: string }[]) => patterns.map(({ text }) => text).join('; ')

test('the text of a parsed pattern parses to the same pattern', () => {
  const text = fc.oneof(everyDay.map(patternOf), fc.stringMatching(/^[0-9A-Za-z*,/ ;?#-]{0,40}$/))
  fc.assert(
    fc.property(text, (text) => {
      const problem = cronProblem(text, 0)
      if (problem !== undefined) expect(problem).toMatch(/^(has|must) \S/)
      else expect(readPatterns(textOf(readPatterns(text)))).toEqual(readPatterns(text))
    }),
    { numRuns: 2_000 },
  )
})

import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { cronProblem } from '../../src/schedule/check-cron.ts'
import { countTimes, eachTime } from '../../src/schedule/count-times.ts'
import { cronNext } from '../../src/schedule/cron-next.ts'

/**
 * A slow evaluator of days: it looks at each day of each month of 40 years, with a calendar of the month in front of it, and
 * shares no code with the one in use.
 */
const day = 86_400_000
const [start, end] = [Date.UTC(2000, 0, 1), Date.UTC(2040, 0, 1)]
const names = ['sunday', 'Monday', 'TUE', 'wed', 'Thursday', 'FRI', 'saturday']

/** One item of a day field: as it is written, and which days of a month it means, given the weekdays of its days. */
interface Item {
  readonly text: string
  readonly days: (weekdays: readonly number[]) => readonly number[]
}
const numbers = (low: number, high: number) => Array.from({ length: high - low + 1 }, (_, at) => low + at)
const indexes = (weekdays: readonly number[], isMeant: (at: number) => boolean) =>
  weekdays.flatMap((_, at) => (isMeant(at) ? [at + 1] : []))
const isWorkday = (weekday: number | undefined) => weekday !== undefined && weekday >= 1 && weekday <= 5

const date = fc.integer({ min: 1, max: 31 })
const ofMonth: fc.Arbitrary<Item> = fc.oneof(
  date.map(
    (meant) =>
      ({
        text: `${meant}`,
        days: (weekdays: readonly number[]) => indexes(weekdays, (at) => at + 1 === meant),
      }) as Item,
  ),
  fc.tuple(date, date, fc.integer({ min: 1, max: 9 })).map(([from, to, step]) => ({
    text: `${from}-${to}/${step}`,
    days: (weekdays: readonly number[]) => {
      const around = from <= to ? numbers(from, to) : [...numbers(from, 31), ...numbers(1, to)]
      return around.filter((_, at) => at % step === 0).filter((meant) => meant <= weekdays.length)
    },
  })),
  fc.integer({ min: 0, max: 30 }).map((before) => ({
    text: before === 0 ? 'L' : `l-${before}`,
    days: (weekdays: readonly number[]) => [weekdays.length - before].filter((meant) => meant > 0),
  })),
  date.map((meant) => ({
    text: `${meant}W`,
    days: (weekdays: readonly number[]) => {
      if (meant > weekdays.length) return []
      const near = [0, -1, 1, -2, 2].find((offset) => isWorkday(weekdays[meant - 1 + offset]))
      return [meant + (near ?? 0)]
    },
  })),
  fc.constant<Item>({
    text: 'LW',
    days: (weekdays: readonly number[]) => [weekdays.findLastIndex((weekday) => isWorkday(weekday)) + 1],
  }),
)
const named = fc
  .integer({ min: 0, max: 6 })
  .chain((weekday) =>
    fc
      .constantFrom(`${weekday}`, names[weekday] as string, ...(weekday === 0 ? ['7'] : []))
      .map((text) => ({ weekday, text })),
  )
const ofWeek: fc.Arbitrary<Item> = fc.oneof(
  fc.tuple(named, named).map(([from, to]) => ({
    text: `${from.text}-${to.text}`,
    days: (weekdays: readonly number[]) => {
      // 7 at the end is the Sunday after Saturday, as is 0 or SUN after a later day; a 7 in front is the Sunday before Monday.
      const meant = [from.weekday]
      if (from.text === '0' && to.text === '7') meant.push(...numbers(0, 6))
      while (meant.at(-1) !== to.weekday) meant.push(((meant.at(-1) as number) + 1) % 7)
      return indexes(weekdays, (at) => meant.includes(weekdays[at] as number))
    },
  })),
  named.map(({ weekday, text }) => ({
    text,
    days: (weekdays: readonly number[]) => indexes(weekdays, (at) => weekdays[at] === weekday),
  })),
  named.map(({ weekday, text }) => ({
    text: `${text}L`,
    days: (weekdays: readonly number[]) => [weekdays.lastIndexOf(weekday) + 1],
  })),
  fc.tuple(named, fc.integer({ min: 1, max: 5 })).map(([{ weekday, text }, nth]) => ({
    text: `${text}#${nth}`,
    days: (weekdays: readonly number[]) => indexes(weekdays, (at) => weekdays[at] === weekday).slice(nth - 1, nth),
  })),
)
const month = fc.integer({ min: 1, max: 12 })
const months = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ text: '*', months: numbers(1, 12) }) },
  fc.tuple(month, month).map(([from, to]) => ({
    text: `${from}-${to}`,
    months: from <= to ? numbers(from, to) : [...numbers(from, 12), ...numbers(1, to)],
  })),
)
const items = (one: fc.Arbitrary<Item>) => fc.array(one, { minLength: 1, maxLength: 3 })
const open = fc.constantFrom('*', '?')
const dayFields = fc.oneof(
  fc.record({ ofMonth: items(ofMonth), ofWeek: open }),
  fc.record({ ofMonth: open, ofWeek: items(ofWeek) }),
  fc.record({ ofMonth: items(ofMonth), ofWeek: items(ofWeek) }),
)
const textOf = (field: string | readonly Item[]) =>
  typeof field === 'string' ? field : field.map(({ text }) => text).join(',')

test('over forty years, a pattern is due on the days that a calendar shows, one by one', () => {
  fc.assert(
    fc.property(dayFields, months, ({ ofMonth, ofWeek }, { text, months }) => {
      const pattern = `0 12 ${textOf(ofMonth)} ${text} ${textOf(ofWeek)}`
      const expected: number[] = []
      for (let first = start; first < end; ) {
        const at = new Date(first)
        const next = Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 1)
        const weekdays = numbers(0, (next - first) / day - 1).map((of) => new Date(first + of * day).getUTCDay())
        const meant = new Set(
          [ofMonth, ofWeek]
            .flatMap((field) => (typeof field === 'string' ? [] : field))
            .flatMap((item) => item.days(weekdays)),
        )
        if (months.includes(at.getUTCMonth() + 1))
          for (const of of [...meant].sort((one, other) => one - other)) expected.push(first + (of - 0.5) * day)
        first = next
      }
      const found: number[] = []
      for (
        let at = cronNext(pattern, 'UTC', start - 1);
        at !== undefined && at < end;
        at = cronNext(pattern, 'UTC', at)
      )
        found.push(at)
      expect([pattern, found]).toEqual([pattern, expected])
      expect([pattern, countTimes(pattern, 'UTC', start - 1, end - 1, 100_000)]).toEqual([pattern, expected.length])
      expect(cronProblem(pattern, start - 1) === undefined).toBe(cronNext(pattern, 'UTC', start - 1) !== undefined)
    }),
    { numRuns: 300, seed: 20_261_129 },
  )
})

const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'America/Santiago']
const some = ['30 2 * * *', '*/20 1-3 * * SUN', '0 0 L * *', '0 3 * * SUN', '15,45 2 1W * 7L', '*/30 * * * *']
const more = [
  '*/20 * * * * *',
  '0,30 0 2 * * *',
  'every 3 days at 02:30 from 2020-02-28',
  'every month from 2020-01-31',
]

test('several patterns are due when any of them is, once, also around clock changes', () => {
  const chosen = fc.uniqueArray(fc.constantFrom(...some, ...more), { minLength: 2, maxLength: 4 })
  // The weeks in which clocks change in one of the zones, and others.
  const after = fc.tuple(fc.integer({ min: 2021, max: 2035 }), fc.constantFrom(2, 3, 8, 9, 10), fc.nat(31 * 24 * 60))
  fc.assert(
    fc.property(chosen, fc.constantFrom(...zones), after, (patterns, zone, [year, month, minutes]) => {
      const from = Date.UTC(year, month, 1) + minutes * 60_000
      const until = from + 6 * 3_600_000
      const of = (text: string) => {
        const times: number[] = []
        for (let at = cronNext(text, zone, from); at !== undefined && at < until; at = cronNext(text, zone, at))
          times.push(at)
        return times
      }
      const text = patterns.join(' ;')
      const expected = [...new Set(patterns.flatMap(of))].sort((one, other) => one - other)
      expect([text, of(text)]).toEqual([text, expected])
      expect(countTimes(text, zone, from, until - 1, 100_000)).toBe(expected.length)
      const each: number[] = []
      eachTime(text, zone, from, until, (time) => each.push(time))
      expect(each).toEqual(expected)
    }),
    { numRuns: 400, seed: 20_261_129 },
  )
})

test('an interval by the local clock keeps its time of day for forty years, and the last day of short months', () => {
  const first = fc
    .tuple(fc.integer({ min: 2000, max: 2003 }), fc.nat(365))
    .map(([year, of]) => Date.UTC(year, 0, 1 + of))
  const interval = fc.tuple(fc.constantFrom('day', 'week', 'month'), fc.integer({ min: 1, max: 40 }), first)
  fc.assert(
    fc.property(interval, ([unit, count, from]) => {
      const text = `every ${count} ${unit}s at 17:45 from ${new Date(from).toISOString().slice(0, 10)}`
      const expected: number[] = []
      const last = new Date(from).getUTCDate()
      if (unit === 'month')
        for (let month = new Date(from).getUTCMonth(), year = new Date(from).getUTCFullYear(); ; month += count) {
          const day = Math.min(last, new Date(Date.UTC(year, month + 1, 0)).getUTCDate())
          const at = Date.UTC(year, month, day, 17, 45)
          if (at >= end) break
          expected.push(at)
        }
      else
        for (let at = from; at < end; at += count * (unit === 'week' ? 7 : 1) * day)
          expected.push(at + 17.75 * 3_600_000)
      const shown = (at: number) =>
        Date.parse(
          `${Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO('Europe/Berlin').toPlainDateTime()}Z`,
        )
      const found: number[] = []
      for (
        let at = cronNext(text, 'Europe/Berlin', start - day);
        at !== undefined && shown(at) < end;
        at = cronNext(text, 'Europe/Berlin', at)
      )
        found.push(shown(at))
      expect([text, found]).toEqual([text, expected])
      expect(countTimes(text, 'Europe/Berlin', start - day, end - day, 100_000)).toBe(
        expected.filter((at) => at < end - day / 2).length,
      )
    }),
    { numRuns: 60, seed: 20_261_129 },
  )
})

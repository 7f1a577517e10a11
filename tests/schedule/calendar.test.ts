import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { Calendar, type CalendarDay, type CalendarRule, type CalendarUse } from '../../src/schedule/calendar.ts'
import { countTimes, eachTime, timeBeforeLast } from '../../src/schedule/count-times.ts'
import { cronNext } from '../../src/schedule/cron-next.ts'
import { movedTime } from '../../src/schedule/moved-time.ts'
import { cachedPatterns } from '../../src/schedule/pattern-cache.ts'
import { rulesBetween } from '../../src/schedule/rules-between.ts'
import { spanAt } from '../../src/schedule/zone.ts'
import { expectWork, workSoFar } from '../support/promised.ts'

const minuteMs = 60_000
const dayMs = 86_400_000

const closed = (...days: string[]): CalendarDay[] => days.map((day) => ({ day, kind: 'closed', note: null }))
const open = (...days: string[]): CalendarDay[] => days.map((day) => ({ day, kind: 'open', note: null }))
const use = (rule: CalendarRule, days: CalendarDay[] = [], weekend: readonly number[] = [0, 6]): CalendarUse => ({
  calendar: new Calendar(weekend, days),
  rule,
})

/** Lists the first times of a pattern after a time, as local texts in its zone. */
function times(cron: string, zone: string, after: string, { rule, calendar }: CalendarUse, count: number): string[] {
  const found: string[] = []
  let at = cronNext(cron, zone, Date.parse(after), { rule, calendar })
  for (; at !== undefined && found.length < count; at = cronNext(cron, zone, at, { rule, calendar }))
    found.push(new Date(at + spanAt(zone, at).offset).toISOString().slice(0, 16).replace('T', ' '))
  return found
}

test.each([
  ['skip', '2026-12-24 09:00, 2026-12-28 09:00, 2026-12-29 09:00'],
  ['next', '2026-12-24 09:00, 2026-12-28 09:00, 2026-12-29 09:00'],
  ['only_closed', '2026-12-25 09:00, 2026-12-26 09:00, 2026-12-27 09:00'],
] as const)('a daily slot under %s', (rule, expected) => {
  const found = times('0 9 * * *', 'Europe/Berlin', '2026-12-23T12:00Z', use(rule, closed('2026-12-25')), 3)
  expect(found.join(', ')).toBe(expected)
})

test('next goes over New Year, and two slots that land on one time are one', () => {
  const days = closed('2026-12-31', '2027-01-01')
  expect(times('0 9 31 * *; 0 9 1 * *', 'Europe/Berlin', '2026-12-15T00:00Z', use('next', days), 2)).toEqual([
    '2027-01-04 09:00',
    '2027-02-01 09:00',
  ])
})

test('previous is a day before the slot, and never in the past', () => {
  const days = closed('2026-12-31')
  const inTime = times('0 9 31 12 *', 'Europe/Berlin', '2026-12-15T00:00Z', use('previous', days), 2)
  expect(inTime).toEqual(['2026-12-30 09:00', '2027-12-31 09:00'])
  // On the morning of the 30th it has gone by: the slot of the 31st is not moved to a time before now.
  const late = times('0 9 31 12 *', 'Europe/Berlin', '2026-12-30T09:00Z', use('previous', days), 1)
  expect(late).toEqual(['2027-12-31 09:00'])
})

test('an open day overrides the weekend', () => {
  const days = open('2026-12-05')
  expect(times('0 9 * * SAT', 'UTC', '2026-12-01T00:00Z', use('skip', days), 2)).toEqual(['2026-12-05 09:00'])
})

test('29 February on a Saturday moves to the Friday before, or to the first of March if that is open', () => {
  // 2048-02-29 is a Saturday.
  const before = times('0 9 29 2 *', 'UTC', '2044-03-01T00:00Z', use('previous'), 1)
  const after = times('0 9 29 2 *', 'UTC', '2044-03-01T00:00Z', use('next', open('2048-03-01')), 1)
  expect([before, after]).toEqual([['2048-02-28 09:00'], ['2048-03-01 09:00']])
})

test('a slot of a night without its hour moves with the time that it names', () => {
  // On Sunday 2027-03-28 there is no 02:30 in Berlin: on that day it would run at 03:00.
  expect(times('30 2 * * *', 'Europe/Berlin', '2027-03-26T12:00Z', use('next'), 2)).toEqual([
    '2027-03-29 02:30',
    '2027-03-30 02:30',
  ])
  expect(times('30 2 * * *', 'Europe/Berlin', '2027-03-26T12:00Z', use('only_closed'), 2)).toEqual([
    '2027-03-27 02:30',
    '2027-03-28 03:00',
  ])
})

test('a slot that moves into a repeated hour runs the first time only', () => {
  const days = [...closed('2027-10-30'), ...open('2027-10-31')]
  const after = Date.parse('2027-10-30T12:00Z')
  const first = cronNext('30 2 30 * *', 'Europe/Berlin', after, use('next', days))
  expect(new Date(first as number).toISOString()).toBe('2027-10-31T00:30:00.000Z')
})

test('intervals by the local clock know the calendar', () => {
  const every = 'every 2 weeks at 09:00 from 2026-11-28'
  expect(times(every, 'Europe/Berlin', '2026-11-28T12:00Z', use('next'), 2)).toEqual([
    '2026-11-30 09:00',
    '2026-12-14 09:00',
  ])
})

test('with all days closed there is no next time, and the search ends soon', () => {
  const all = [0, 1, 2, 3, 4, 5, 6]
  const began = workSoFar()
  for (const rule of ['skip', 'next', 'previous'] as const)
    expect(cronNext('* * * * *', 'Europe/Berlin', Date.parse('2026-12-01T00:00Z'), use(rule, [], all))).toBeUndefined()
  expect(cronNext('0 9 * * *', 'UTC', Date.parse('2026-12-01T00:00Z'), use('only_closed', [], []))).toBeUndefined()
  expect(cronNext('0 9 * * SAT', 'UTC', Date.parse('2026-12-01T00:00Z'), use('skip'))).toBeUndefined()
  expectWork(1_000, began)
})

test('a slot is moved by 366 days at most', () => {
  const all = [0, 1, 2, 3, 4, 5, 6]
  const at = (day: string) => cronNext('0 9 1 1 *', 'UTC', Date.parse('2026-12-01T00:00Z'), use('next', open(day), all))
  expect(at('2028-01-02')).toBe(Date.parse('2028-01-02T09:00Z'))
  expect(at('2029-06-01')).toBe(Date.parse('2029-06-01T09:00Z'))
  const far = cronNext('0 9 1 1 *', 'UTC', Date.parse('2027-01-01T10:00Z'), use('next', open('2027-06-01'), all))
  expect(far).toBe(Date.parse('2027-06-01T09:00Z'))
  const tooFar = use('next', [...open('2030-01-01')], all)
  expect(cronNext('0 9 1 12 *', 'UTC', Date.parse('2026-12-02T00:00Z'), tooFar)).toBe(Date.parse('2030-01-01T09:00Z'))
  expect(cronNext('0 9 29 2 *', 'UTC', Date.parse('2028-03-02T00:00Z'), tooFar)).toBeUndefined()
})

/** The times of a pattern under a calendar, by going through every minute of the zone's clocks. */
function slowly(cron: string, zone: string, first: number, until: number, { calendar, rule }: CalendarUse): number[] {
  const patterns = cachedPatterns(cron)
  const matchesDay = (pattern: (typeof patterns)[number], day: number) => {
    // The time of day is not asked for: UTC has no clock changes.
    const next = cronNext(pattern.text, 'UTC', day * dayMs - 1)
    return next !== undefined && next < (day + 1) * dayMs
  }
  const wanted = { own: new Set<string>(), fixed: new Set<string>() }
  const firstDay = Math.floor(first / dayMs) - 2
  const lastDay = Math.floor(until / dayMs) + 2
  for (let day = firstDay - 20; day <= lastDay + 20; day++)
    for (const pattern of patterns) {
      if (!matchesDay(pattern, day)) continue
      let to: number | undefined = day
      if (rule === 'only_closed' ? calendar.isOpen(day) : !calendar.isOpen(day))
        if (rule === 'next' || rule === 'previous')
          do to += rule === 'next' ? 1 : -1
          while (!calendar.isOpen(to))
        else to = undefined
      if (to === undefined) continue
      for (const hour of pattern.hours)
        for (const minute of pattern.minutes) {
          const local = to * dayMs + (hour * 60 + minute) * minuteMs
          wanted[to === day && pattern.hasWildcard ? 'own' : 'fixed'].add(String(local))
        }
    }
  const found: number[] = []
  let reached = Number.NEGATIVE_INFINITY
  for (let at = firstDay * dayMs; at <= until; at += minuteMs) {
    const local = at + spanAt(zone, at).offset
    let isDue = wanted.own.has(String(local))
    if (local > reached) {
      // All times that the clocks have reached or skipped in this minute.
      for (
        let time = reached === Number.NEGATIVE_INFINITY ? local : reached + minuteMs;
        time <= local;
        time += minuteMs
      )
        isDue ||= wanted.fixed.has(String(time))
      reached = local
    }
    if (isDue && at > first) found.push(at)
  }
  return found
}

const crons = [
  ...['0 9 * * *', '30 2 * * *', '30 2 * * SUN', '0 * * * *', '0 2 * * SAT; 30 1 * * SUN', '15 23 L * *', '0 9 1W * *'],
  ...['0 0 * * MON#2', '*/30 1-3 * * SUN', '59 23 31 * *', '0 3 28-31 3,10 *', '0 9 * * MON-FRI'],
]

test('next times are those of a slow evaluator, across clock changes', () => {
  const day = fc.integer({ min: -3, max: 14 })
  fc.assert(
    fc.property(
      fc.constantFrom(...crons),
      fc.constantFrom('Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'America/Santiago', 'UTC'),
      fc.constantFrom<CalendarRule>('skip', 'next', 'previous', 'only_closed'),
      fc.constantFrom([0, 6], [5, 6], [0], []),
      fc.constantFrom('2026-03-05', '2026-03-25', '2026-04-02', '2026-09-03', '2026-10-02', '2026-10-22', '2026-12-28'),
      fc.uniqueArray(fc.record({ day, isOpen: fc.boolean() }), { maxLength: 6, selector: (one) => one.day }),
      (cron, zone, rule, weekend, start, list) => {
        const first = Date.parse(`${start}T00:00Z`)
        const days = list.map(
          (one): CalendarDay => ({
            day: new Date(first + one.day * dayMs).toISOString().slice(0, 10),
            kind: one.isOpen ? 'open' : 'closed',
            note: null,
          }),
        )
        const under = use(rule, days, weekend)
        const until = first + 12 * dayMs
        const expected = slowly(cron, zone, first, until, under)
        const found: number[] = []
        for (let at = cronNext(cron, zone, first, under); at !== undefined && at <= until; ) {
          found.push(at)
          at = cronNext(cron, zone, at, under)
        }
        expect(found).toEqual(expected)
        expect(countTimes(cron, zone, first, until, 10_000, under)).toBe(expected.length)
        const each: number[] = []
        eachTime(cron, zone, first, until + 1, (time) => each.push(time), under)
        expect(each).toEqual(expected)
        if (expected.length > 3) {
          const last = timeBeforeLast(cron, zone, until, 2, under)
          expect(countTimes(cron, zone, last, until, 10, under)).toBe(2)
        }
      },
    ),
    { numRuns: 40, seed: 20_261_129 },
  )
})

test('a moved slot follows the rules of its zone, as any other', () => {
  const former = rulesBetween((instant) => spanAt('UTC', instant), Date.parse('2026-12-01'), Date.parse('2027-12-01'))
  // Saturday's slot, moved to Monday 09:00 by clocks that were UTC then.
  const time = Date.parse('2026-12-07T09:00Z')
  expect(movedTime('0 9 * * SAT', 'Europe/Berlin', time, former, use('next'))).toBe(Date.parse('2026-12-07T08:00Z'))
  expect(movedTime('0 9 * * SAT', 'Europe/Berlin', time, former)).toBeUndefined()
})

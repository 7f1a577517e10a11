import { afterEach, expect, test } from 'bun:test'
import {
  duration,
  fromLocalInput,
  fromNow,
  localTimeAndDay,
  toLocalInput,
  utcTime,
} from '../../src/dashboard/format/format-time.ts'
import { timesOf } from '../../src/dashboard/format/period.ts'
import { plainTime, timeOfDay } from '../../src/dashboard/format/time-of-day.ts'
import {
  fromWallClock,
  fullHours,
  isSameDay,
  localZone,
  shownZone,
  taskZone,
  toWallClock,
  zoneChoice,
} from '../../src/dashboard/format/zone.ts'

afterEach(() => {
  zoneChoice.set('local')
  taskZone.value = undefined
})

const now = Date.parse('2026-11-24T12:00:00Z')

test.each([
  ['2026-11-24T12:00:00.400Z', 'now'],
  ['2026-11-24T12:00:45Z', 'in 45 seconds'],
  ['2026-11-24T12:12:00Z', 'in 12 minutes'],
  ['2026-11-24T09:00:00Z', '3 hours ago'],
  ['2026-11-26T12:00:00Z', 'in 2 days'],
  ['2026-12-22T12:00:00Z', 'in 4 weeks'],
  ['2028-11-24T12:00:00Z', 'in 2 years'],
])('%s is %s', (at, words) => {
  expect(fromNow(at, now)).toBe(words)
})

test.each([
  [0, '0 ms'],
  [999, '999 ms'],
  [2_449, '2.4 s'],
  [59_960, '1 min 0 s'],
  [125_000, '2 min 5 s'],
])('%d ms took %s', (ms, words) => {
  expect(duration(ms)).toBe(words)
})

test('UTC is written to the second', () => {
  expect(utcTime('2026-11-24T12:00:01.999Z')).toBe('2026-11-24 12:00:01 UTC')
})

test('a time survives the input it is edited in, to the second', () => {
  for (const at of ['2026-11-24T12:00:01Z', '2026-07-01T23:59:59Z', '0042-01-01T00:00:00Z'])
    expect(fromLocalInput(toLocalInput(at))).toBe(at)
})

test.each(['', '2026-13-01T00:00', 'tomorrow'])('%j is no time', (text) => {
  expect(fromLocalInput(text)).toBeUndefined()
})

const showIn = (zone: string) => {
  zoneChoice.set('task')
  taskZone.value = zone
}

test('times are shown in the zone that is chosen, and in that of the reader where the browser does not know it', () => {
  expect(shownZone()).toBe(localZone)
  showIn('Asia/Kolkata')
  expect(localTimeAndDay('2026-11-24T20:00:00Z')).toBe('Wed, 25 Nov 2026, 01:30:00')
  expect(plainTime('2026-11-24T18:31:00Z', Date.parse('2026-11-24T18:29:00Z'))).toBe('00:01')
  expect(isSameDay(Date.parse('2026-11-24T18:31:00Z'), Date.parse('2026-11-24T18:29:00Z'))).toBe(false)
  zoneChoice.set('utc')
  expect(localTimeAndDay('2026-11-24T20:00:00Z')).toBe('Tue, 24 Nov 2026, 20:00:00')
  showIn('Mars/Olympus')
  expect(shownZone()).toBe(localZone)
})

test.each([
  ['2026-07-01T12:00:00', '2026-07-01T16:00:00Z'],
  ['2026-12-01T12:00:00', '2026-12-01T17:00:00Z'],
  // Skipped, and said twice.
  ['2026-03-08T02:30:00', '2026-03-08T07:30:00Z'],
  ['2026-11-01T01:30:00', '2026-11-01T05:30:00Z'],
  ['2026-11-01T02:00:00', '2026-11-01T07:00:00Z'],
])('clocks of New York say %s at %s', (clock, at) => {
  showIn('America/New_York')
  expect(fromWallClock(Date.parse(`${clock}Z`))).toBe(Date.parse(at))
  if (!clock.includes('02:30')) expect(toWallClock(Date.parse(at))).toBe(Date.parse(`${clock}Z`))
})

test.each([
  ['UTC', '2026-11-24T21:30:00Z', ['00:00', '03:00', '06:00']],
  // Half an hour, and a quarter of one, away from the full hours of UTC.
  ['Asia/Kolkata', '2026-11-24T21:30:00Z', ['03:00', '06:00', '09:00', '12:00']],
  ['Asia/Kathmandu', '2026-11-24T21:30:00Z', ['06:00', '09:00', '12:00']],
  // Its clocks are set half an hour back at 02:00, and forward.
  ['Australia/Lord_Howe', '2026-04-04T12:30:00Z', ['00:00', '03:00', '06:00']],
  ['Australia/Lord_Howe', '2026-10-03T12:30:00Z', ['00:00', '03:00', '06:00', '09:00']],
])('the full hours of %s are those of its clocks', (zone, at, clocks) => {
  showIn(zone)
  const from = Date.parse(at) / 1000
  expect(fullHours(from, from + 9.5 * 3600, 3).map((time) => timeOfDay(time * 1000))).toEqual(clocks)
})

test('the last night is by the clocks of the zone that is shown, and goes on before six', () => {
  const night = { period: 'night', from: '', to: '' } as const
  showIn('America/New_York')
  expect(timesOf(night, Date.parse('2026-11-24T18:00:00Z'))).toEqual({
    from: '2026-11-24T03:00:00Z',
    to: '2026-11-24T11:00:00Z',
  })
  expect(timesOf(night, Date.parse('2026-11-24T08:00:00Z'))).toEqual({ from: '2026-11-24T03:00:00Z', to: '' })
})

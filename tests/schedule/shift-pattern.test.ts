import { expect, test } from 'bun:test'
import { eachTime } from '../../src/schedule/count-times.ts'
import { movedSlot } from '../../src/schedule/moved-slot.ts'
import { type Shifted, shiftPattern } from '../../src/schedule/shift-pattern.ts'

const utc = { zone: 'UTC', hasCalendar: false }

test.each([
  ['0 2 * * *', 15, '15 2 * * *'],
  ['0 2 * * *', -5, '55 1 * * *'],
  ['50 2 * * MON-FRI', 20, '10 3 * * MON-FRI'],
  ['0 0 * * *', -5, '55 23 * * *'],
  ['30 23 * * *', 60, '30 0 * * *'],
  ['0 * * * *', 45, '45 * * * *'],
  ['45 * * * *', 30, '15 * * * *'],
  ['*/15 * * * *', 5, '5-50/15 * * * *'],
  ['5-50/15 * * * *', -5, '*/15 * * * *'],
  ['*/30 2 * * *', 10, '10,40 2 * * *'],
  ['0 9-17 * * 1-5', 20, '20 9-17 * * 1-5'],
  ['0 9-17 * * 1-5', 60, '0 10-18 * * 1-5'],
  ['30 0 2 * * *', 10, '30 10 2 * * *'],
  ['0 9 * * MON-FRI; 30 11 * * SAT', 10, '10 9 * * MON-FRI; 40 11 * * SAT'],
  ['every 2 weeks at 09:00 from 2026-11-30', 75, 'every 2 weeks at 10:15 from 2026-11-30'],
  ['every month from 2026-11-30', 5, 'every month at 00:05 from 2026-11-30'],
])('%s by %d minutes is %s', (text, minutes, cron) => {
  expect(shiftPattern(text, minutes, utc)).toEqual({ cron })
})

test('all times of a day are moved, and none is added', () => {
  const timesOf = (text: string) => {
    const times: number[] = []
    const day = Date.UTC(2026, 10, 30)
    eachTime(text, 'UTC', day - 1, day + 86_400_000, (time) => times.push((time - day) / 60_000))
    return times
  }
  for (const text of ['7 * * * *', '*/20 * * * *', '3,17,44 1-5 * * *', '10-30/7 8,20 * * *', '0 0 * * *'])
    for (const minutes of [-600, -61, -3, 1, 16, 59, 90, 600]) {
      const shifted = shiftPattern(text, minutes, utc)
      if ('problem' in shifted) continue
      const moved = timesOf(text).map((time) => (time + minutes + 1440) % 1440)
      expect(timesOf(shifted.cron)).toEqual(moved.sort((a, b) => a - b))
    }
})

test.each([
  ['* * * * *', 5, utc, 'would run at the same times as before'],
  ['*/5 * * * *', 10, utc, 'would run at the same times as before'],
  ['0,30 9 * * *', 40, utc, 'would need another minute in some hours, which one pattern cannot say'],
  ['0 0 * * MON', -5, utc, 'would run on another day, and its pattern names days'],
  ['0 23 1 * *', 60, utc, 'would run on another day, and its pattern names days'],
  ['0 23 * * *', 60, { ...utc, hasCalendar: true }, 'would run on another day, and its calendar names days'],
  ['every day at 23:30 from 2026-11-30', 30, utc, 'would run on another day, and its pattern names days'],
  [
    ...(['*/15 2 * * *', 5, { zone: 'Europe/Berlin', hasCalendar: false }] as const),
    'has * in its pattern, and without it would run differently when clocks change',
  ],
] as const)('%s by %d minutes cannot be moved', (text, minutes, options, problem) => {
  expect(shiftPattern(text, minutes, options)).toEqual({ problem })
})

test.each([
  // Moved by more than the time between two slots: each slot has its own time afterwards, and none is passed over or repeated.
  ['*/15 9-17 * * *', -60, 'UTC', '2026-11-30T09:00Z', '2026-11-30T08:00Z'],
  ['0 11,12 * * *', -120, 'UTC', '2026-11-30T11:00Z', '2026-11-30T09:00Z'],
  ['0 9,10 * * *', 120, 'UTC', '2026-11-30T10:00Z', '2026-11-30T12:00Z'],
  ['3,17,44 * * * *', 20, 'UTC', '2026-11-30T10:17Z', '2026-11-30T10:37Z'],
  // What recurs evenly is moved by the rest.
  ['*/20 * * * *', 45, 'UTC', '2026-11-30T10:20Z', '2026-11-30T10:25Z'],
  ['*/20 * * * *', -45, 'UTC', '2026-11-30T10:20Z', '2026-11-30T10:15Z'],
  ['3,17,44 * * * *', 65, 'UTC', '2026-11-30T10:17Z', '2026-11-30T10:22Z'],
  ['0 */2 * * *', 150, 'UTC', '2026-11-30T10:00Z', '2026-11-30T10:30Z'],
  ['30 23 * * *', 60, 'UTC', '2026-11-30T23:30Z', '2026-12-01T00:30Z'],
  ['30 0 * * *', -60, 'UTC', '2026-12-01T00:30Z', '2026-11-30T23:30Z'],
  // The clocks go forward from 02:00 to 03:00 at 01:00Z: a slot between is at 01:00Z.
  ['0 2 * * *', 20, 'Europe/Berlin', '2027-03-28T01:00Z', '2027-03-28T01:00Z'],
  ['0 2 * * *', 80, 'Europe/Berlin', '2027-03-28T01:00Z', '2027-03-28T01:20Z'],
  ['30 1,2 * * *', 60, 'Europe/Berlin', '2027-03-28T01:00Z', '2027-03-28T01:30Z'],
  ['0 2 * * *', -60, 'Europe/Berlin', '2027-03-28T01:00Z', '2027-03-28T00:00Z'],
  ['30 1 * * *', 60, 'Europe/Berlin', '2027-03-28T00:30Z', '2027-03-28T01:00Z'],
  ['0 * * * *', 15, 'Europe/Berlin', '2027-03-28T01:00Z', '2027-03-28T01:15Z'],
  // They go back from 03:00 to 02:00 at 01:00Z: the named time is the first one of the two, and an hourly pattern has both.
  ['50 1 * * *', 20, 'Europe/Berlin', '2026-10-24T23:50Z', '2026-10-25T00:10Z'],
  ['10 3 * * *', -20, 'Europe/Berlin', '2026-10-25T02:10Z', '2026-10-25T00:50Z'],
  ['0 * * * *', 15, 'Europe/Berlin', '2026-10-25T01:00Z', '2026-10-25T01:15Z'],
  ['*/15 9-17 * * *', -540, 'Europe/Berlin', '2026-10-25T08:00Z', '2026-10-24T22:00Z'],
])('%s by %d minutes in %s: the slot %s becomes %s', (from, minutes, zone, slot, moved) => {
  const shifted: Shifted = shiftPattern(from, minutes, { zone, hasCalendar: false })
  const to = 'cron' in shifted ? shifted.cron : ''
  const time = movedSlot(Date.parse(slot), { from, to, zone, minutes, use: undefined })
  expect(new Date(time as number).toISOString()).toBe(moved.replace('Z', ':00.000Z'))
})

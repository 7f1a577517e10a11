import { expect, test } from 'bun:test'
import { movedTime } from '../../src/schedule/moved-time.ts'

/** Rules by which Berlin is two hours ahead of UTC all year. In use is one hour in winter. */
const former = { changes: [], offsets: [2 * 3_600_000], beyond: 'last' } as const
const moved = (cron: string, time: string) => {
  const found = movedTime(cron, 'Europe/Berlin', Date.parse(time), former)
  return found === undefined ? undefined : new Date(found).toISOString().slice(0, 16)
}

test.each([
  '0 9 * * *',
  '0 0 9 L-21 * *',
  '30 4 * * *; 0 9 * * SUN',
  '0 9 * * SUN; 30 4 * * *',
  'every 2 weeks at 09:00 from 2026-12-27',
])('a slot of %s keeps its local time when the rules of its zone change', (cron) => {
  expect(moved(cron, '2027-01-10T07:00:00Z')).toBe('2027-01-10T08:00')
})

test('a time that none of the patterns has does not move, nor does one whose instant stays', () => {
  expect(moved('0 9 * * *; 0 11 * * *', '2027-01-10T08:00:00Z')).toBeUndefined()
  expect(moved('every 2 weeks at 09:00 from 2026-12-27', '2027-01-17T07:00:00Z')).toBeUndefined()
  expect(moved('0 9 * * *', '2027-07-10T07:00:00Z')).toBeUndefined()
})

import { expect, test } from 'bun:test'
import { type Schedule, upcoming } from '../../src/schedule/upcoming.ts'
import { warnings } from '../../src/schedule/warnings.ts'

/** The warnings for the next `count` times of a schedule. */
function warned(schedule: Schedule, from: string, count = 5): string[] {
  const instant = Date.parse(from)
  return warnings(schedule, instant, upcoming(schedule, instant, count, 0))
}
const berlin = (cron: string): Schedule => ({ cron, time_zone: 'Europe/Berlin' })

test.each([
  ['30 2 * * *', 'On 2027-03-28 02:30 does not exist in Europe/Berlin: it runs at 03:00.'],
  ['0,30 2 * * *', 'On 2027-03-28 02:00 and 02:30 do not exist in Europe/Berlin: they run once, at 03:00.'],
  [
    '0-59/10 2 * * *',
    'On 2027-03-28 6 times from 02:00 to 02:50 do not exist in Europe/Berlin: they run once, at 03:00.',
  ],
  ['30 * * * *', 'On 2027-03-28 02:30 does not exist in Europe/Berlin: it does not run.'],
  ['*/20 * * * *', 'On 2027-03-28 02:00, 02:20 and 02:40 do not exist in Europe/Berlin: they do not run.'],
  ['30 2 * * *; 45 2 * * SUN', 'On 2027-03-28 02:30 and 02:45 do not exist in Europe/Berlin: they run once, at 03:00.'],
  ['30 30 2 L-3 * *', 'On 2027-03-28 02:30:30 does not exist in Europe/Berlin: it runs at 03:00.'],
  ['every 2 days at 02:15 from 2027-03-26', 'On 2027-03-28 02:15 does not exist in Europe/Berlin: it runs at 03:00.'],
])('a time that is skipped in spring: %s', (cron, sentence) => {
  expect(warned(berlin(cron), '2027-03-28T00:00:00Z')).toEqual([sentence])
})

test.each([
  ['30 2 * * *', 'On 2026-10-25 02:30 comes twice in Europe/Berlin: it runs the first time only.'],
  ['0,30 2 * * *', 'On 2026-10-25 02:00 and 02:30 come twice in Europe/Berlin: they run the first time only.'],
  ['30 * * * *', 'On 2026-10-25 02:30 comes twice in Europe/Berlin: it runs both times.'],
  ['*/30 * * * *', 'On 2026-10-25 02:00 and 02:30 come twice in Europe/Berlin: they run both times.'],
  [
    'every month at 02:15 from 2026-09-25',
    'On 2026-10-25 02:15 comes twice in Europe/Berlin: it runs the first time only.',
  ],
])('a time that is repeated in autumn: %s', (cron, sentence) => {
  expect(warned(berlin(cron), '2026-10-24T23:00:00Z', 8)).toEqual([sentence])
})

test('several patterns have a sentence for the times of each kind', () => {
  expect(warned(berlin('30 2 * * *; 0,30 */2 * * *'), '2027-03-28T00:00:00Z')).toEqual([
    'On 2027-03-28 02:30 does not exist in Europe/Berlin: it runs at 03:00.',
    'On 2027-03-28 02:00 does not exist in Europe/Berlin: it does not run.',
  ])
  expect(warned(berlin('15,30 2 * * *; 0,30 */2 * * *'), '2026-10-24T22:30:00Z', 8)).toEqual([
    'On 2026-10-25 02:15 comes twice in Europe/Berlin: it runs the first time only.',
    'On 2026-10-25 02:00 and 02:30 come twice in Europe/Berlin: they run both times.',
  ])
})

test('the end of a gap is given with its day if that is another day', () => {
  expect(warned({ cron: '0 9 * * *', time_zone: 'Pacific/Apia' }, '2011-12-29T23:00:00Z')).toEqual([
    'On 2011-12-30 09:00 does not exist in Pacific/Apia: it runs at 00:00 on 2011-12-31.',
  ])
  expect(warned({ cron: '0 0 * * *', time_zone: 'America/Santiago' }, '2026-09-04T12:00:00Z')).toEqual([
    'On 2026-09-06 00:00 does not exist in America/Santiago: it runs at 01:00.',
  ])
})

test('there is a warning for every change within the listed times, and for no other', () => {
  expect(warned(berlin('30 2 * * *'), '2026-10-20T00:00:00Z', 400)).toEqual([
    'On 2026-10-25 02:30 comes twice in Europe/Berlin: it runs the first time only.',
    'On 2027-03-28 02:30 does not exist in Europe/Berlin: it runs at 03:00.',
    'On 2027-10-31 02:30 comes twice in Europe/Berlin: it runs the first time only.',
  ])
  expect(warned(berlin('30 2 * * *'), '2027-03-26T12:00:00Z', 1)).toEqual([])
  expect(warned(berlin('30 2 * * *'), '2027-03-26T12:00:00Z', 2)).toHaveLength(1)
  expect(warned(berlin('30 2 * * *'), '2027-03-28T01:00:00Z')).toEqual([])
  expect(warned(berlin('30 2 * * *'), '2026-10-24T12:00:00Z', 1)).toHaveLength(1)
  expect(warned(berlin('30 2 * * *'), '2026-10-25T00:30:00Z')).toEqual([])
  expect(warned(berlin('30 * * * *'), '2026-10-24T23:00:00Z', 2)).toEqual([])
})

test('a clock change that affects no time causes no warning', () => {
  expect(warned(berlin('30 4 * * *'), '2027-03-26T12:00:00Z')).toEqual([])
  expect(warned(berlin('30 2 * * MON'), '2027-03-26T12:00:00Z')).toEqual([])
  expect(warned({ cron: '30 2 * * *' }, '2027-03-26T12:00:00Z')).toEqual([])
  expect(warned({ frequency: 1, unit: 'day' }, '2027-03-26T12:00:00Z')).toEqual([])
  expect(warned({ scheduled_at: '2027-03-28T01:00:00Z' }, '2027-03-26T12:00:00Z')).toEqual([])
  expect(warned({}, '2027-03-26T12:00:00Z')).toEqual([])
})

test('only changes after a postponed first run count; a stored next time makes no difference', () => {
  const from = '2027-03-27T12:00:00Z'
  expect(warned({ ...berlin('30 2 * * *'), scheduled_at: '2027-03-28T12:00:00Z' }, from)).toEqual([])
  expect(warned({ ...berlin('30 2 * * *'), scheduled_at: '2027-03-28T01:00:00Z' }, from)).toEqual(
    warned(berlin('30 2 * * *'), from),
  )
})

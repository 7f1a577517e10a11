import { expect, test } from 'bun:test'
import { inWords } from '../../src/schedule/words.ts'

test.each([
  ['* * * * *', 'every minute, UTC'],
  ['*/10 * * * *', 'every 10 minutes, UTC'],
  ['0 * * * *', 'every hour, UTC'],
  ['5 */6 * * *', 'every 6 hours at minute 5, UTC'],
  ['30 2 * * *', 'at 02:30 every day, UTC'],
  ['30 2 * * 1-5', 'at 02:30 on weekdays, UTC'],
  ['0 8,20 * * SAT,7', 'at 08:00 and 20:00 on Sundays and Saturdays, UTC'],
  ['0,30 9-17 * * MON-FRI', 'at minutes 0 and 30 in hours 9 to 17 on weekdays, UTC'],
  ['*/10 9-17 * * 1', 'every 10 minutes in hours 9 to 17 on Mondays, UTC'],
  ['*/7 3 * * *', 'at minutes 0 to 56 in steps of 7 in hour 3 every day, UTC'],
  ['0 0 1,15 JAN,JUL *', 'at 00:00 on days 1 and 15 of the month in January and July, UTC'],
  ['0 0 * 2 *', 'at 00:00 every day in February, UTC'],
  ['0 0 1 * 1', 'at 00:00 on day 1 of the month and on Mondays, UTC'],
  ['0 0 */2 * 1', 'at 00:00 on Mondays that fall on days 1 to 31 in steps of 2 of the month, UTC'],
])('%s: %s', (cron, words) => {
  expect(inWords({ cron })).toBe(words)
})

test('intervals and one-time schedules are described, and the zone of a pattern', () => {
  expect(inWords({ cron: '30 2 * * 1-5', time_zone: 'Europe/Berlin' })).toBe('at 02:30 on weekdays, Europe/Berlin')
  expect(inWords({ frequency: 1, unit: 'day' })).toBe('every day')
  expect(inWords({ frequency: 6, unit: 'hour' })).toBe('every 6 hours')
  expect(inWords({ scheduled_at: '2026-11-24T12:00:00Z' })).toBe('once, at 2026-11-24T12:00:00Z')
  expect(inWords({ scheduled_at: null })).toBe('once')
})

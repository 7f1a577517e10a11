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
  ['0 9 L * *', 'at 09:00 on the last day of the month, UTC'],
  [
    '0 9 1,15W,LW,L-2 * ?',
    'at 09:00 on day 1, the weekday nearest to day 15, the last weekday and the day 2 days before the last of the month, UTC',
  ],
  ['0 9 * * 1L', 'at 09:00 on the last Monday of the month, UTC'],
  ['0 9 * * FRI,mon#2', 'at 09:00 on Fridays and the second Monday of the month, UTC'],
  [
    '0 9 * * 1,2,3,4,5,5#2',
    'at 09:00 on Mondays, Tuesdays, Wednesdays, Thursdays, Fridays and the second Friday of the month, UTC',
  ],
  ['0 9 13 * FRIL', 'at 09:00 on day 13 of the month and on the last Friday of the month, UTC'],
  ['@weekly', 'at 00:00 on Sundays, UTC'],
  ['0 9 * * MON-FRI; 0 11 * * SAT', 'at 09:00 on weekdays; and at 11:00 on Saturdays, UTC'],
  ['*/20 * * * * *', 'every 20 seconds, UTC'],
  ['7 * * * * *', 'at second 7 of every minute, UTC'],
  ['30 0 9 * * MON', 'at 09:00:30 on Mondays, UTC'],
  ['*/10 0-9 9 * * *', 'every 10 seconds, at minutes 0 to 9 in hour 9, UTC'],
  ['every 2 weeks at 09:00 from 2026-11-30', 'every 2 weeks on Monday at 09:00 from 2026-11-30, UTC'],
  ['every month from 2027-01-31', 'every month on day 31 or the last day at 00:00 from 2027-01-31, UTC'],
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

import { expect, test } from 'bun:test'
import { readEnglishSchedule } from '../../../src/import/cloud/english-schedule.ts'

test.each([
  ['every day 00:00', '0 0 * * *'],
  ['every monday 09:00', '0 9 * * MON'],
  ['every Mon, wed,FRI 9:05', '5 9 * * MON,WED,FRI'],
  ['every monday of september,oct 17:00', '0 17 * 9,10 MON'],
  ['2nd,third mon,wed,thu of march 17:00', '0 17 * 3 MON#2,MON#3,WED#2,WED#3,THU#2,THU#3'],
  ['1st sunday of month 03:30', '30 3 * * SUN#1'],
  ['1 of jan,april,july,oct 00:00', '0 0 1 1,4,7,10 *'],
  ['1,15 of month 08:00', '0 8 1,15 * *'],
])('%s is %s', (text, cron) => {
  expect(readEnglishSchedule(text)).toBe(cron)
})

test.each([
  ...['every 5 minutes', 'every 12 hours', 'every 5 minutes from 10:00 to 14:00', 'every 30 minutes synchronized'],
  ...[
    'every funday 09:00',
    'sixth monday 09:00',
    'every monday of smarch 09:00',
    '1st day of month 00:00',
    'every monday',
  ],
  ...['constructor monday 09:00', '15 09:00', '0 9 * * 1', ''],
])('%j is none', (text) => {
  expect(readEnglishSchedule(text)).toBeUndefined()
})

import { expect, test } from 'bun:test'
import { cronProblem } from '../../src/schedule/check-cron.ts'
import { readPattern } from '../../src/schedule/pattern.ts'

const now = Date.parse('2026-11-24T12:00:00Z')

test.each([
  ['* * * * *', '* * * * *'],
  [' 00  09\t* jan-mar  Mon ', '0 9 * JAN-MAR MON'],
  ['0,15,30-40/5,*/20 0-23/2 1,31 * *', '0,15,30-40/5,*/20 0-23/2 1,31 * *'],
  ['5/15 * * * *', '5/15 * * * *'],
  ['0 0 29 2 *', '0 0 29 2 *'],
  ['0 0 31 2 1', '0 0 31 2 1'],
  ['0 0 * * fri-sun', '0 0 * * FRI-SUN'],
])('%j is accepted with the same meaning as %j', (text, pattern) => {
  expect(cronProblem(text, now)).toBeUndefined()
  expect(readPattern(text)).toEqual({ ...readPattern(pattern), text: expect.any(String) })
})

test('every field is parsed to its values', () => {
  const fields = (text: string) => {
    const { minutes, hours, days, months, weekdays } = readPattern(text)
    return { minutes, hours, days, months, weekdays }
  }
  expect(fields('5/15 */6 1-7/3,31 JAN,jul-Sep 7')).toEqual({
    minutes: [5, 20, 35, 50],
    hours: [0, 6, 12, 18],
    days: [1, 4, 7, 31],
    months: [1, 7, 8, 9],
    weekdays: [0],
  })
  expect(fields('*/60 */24 */31 */12 */7')).toEqual({ minutes: [0], hours: [0], days: [1], months: [1], weekdays: [0] })
  for (const [weekday, expected] of [
    ['FRI-SUN', [0, 5, 6]],
    ['5-7', [0, 5, 6]],
    ['5-0', [0, 5, 6]],
    ['7-2', [0, 1, 2]],
    ['0-7', [0, 1, 2, 3, 4, 5, 6]],
    ['SUN,mon,6', [0, 1, 6]],
    ['1/2', [1, 3, 5]],
    ['*/2', [0, 2, 4, 6]],
    ['7-7', [0]],
  ] as const)
    expect(fields(`0 0 * * ${weekday}`).weekdays).toEqual([...expected])
})

const minuteIs = 'it must be 0 to 59, *, a list (0,30), a range (0-29) or a step (*/10)'
const hourIs = 'it must be 0 to 23, *, a list (8,20), a range (8-17) or a step (*/6)'
const dayIs = 'it must be 1 to 31, *, a list (1,15), a range (1-7) or a step (*/2)'
const monthIs = 'it must be 1 to 12 or JAN to DEC, *, a list (1,7), a range (JUN-AUG) or a step (*/3)'
const weekdayIs =
  'it must be 0 to 7 (0 and 7 are Sunday) or SUN to SAT, *, a list (1,3), a range (MON-FRI) or a step (*/2)'
const foreign = '; L, W, # and ? are not taken'
const fiveFields = 'must have five fields (minute, hour, day of month, month, weekday) without seconds or years'
const notDue = 'must come due at some time, but no day is ever in its day of month, month and weekday'

test.each([
  ['0 25 * * *', `has "25" in the hour field; ${hourIs}`],
  ['60 * * * *', `has "60" in the minute field; ${minuteIs}`],
  ['0 0 0 * *', `has "0" in the day of month field; ${dayIs}`],
  ['0 0 * 13 *', `has "13" in the month field; ${monthIs}`],
  ['0 0 * * 8', `has "8" in the weekday field; ${weekdayIs}`],
  ['0 0 * * MONDAY', `has "MONDAY" in the weekday field; ${weekdayIs}`],
  ['0 MON * * *', `has "MON" in the hour field; ${hourIs}`],
  ['0 8-25 * * *', `has "25" in the hour field; ${hourIs}`],
  ['-5 * * * *', `has "-5" in the minute field; ${minuteIs}`],
  ['1.5 * * * *', `has "1.5" in the minute field; ${minuteIs}`],
  ['1e1 * * * *', `has "1E1" in the minute field; ${minuteIs}`],
  ['~ * * * *', `has "~" in the minute field; ${minuteIs}`],
  ['**/5 * * * *', `has "**/5" in the minute field; ${minuteIs}`],
  ['1,,2 * * * *', `has an empty place in the minute field; ${minuteIs}`],
  ['0 0 L * *', `has "L" in the day of month field; ${dayIs}${foreign}`],
  ['0 0 15W * *', `has "15W" in the day of month field; ${dayIs}${foreign}`],
  ['0 0 ? * MON', `has "?" in the day of month field; ${dayIs}${foreign}`],
  ['0 0 * * 5#2', `has "5#2" in the weekday field; ${weekdayIs}${foreign}`],
  ['0 0 * * 5L', `has "5L" in the weekday field; ${weekdayIs}${foreign}`],
  ['*/90 * * * *', 'has the step 90 in the minute field; it must be 1 to 60'],
  ['*/0 * * * *', 'has the step 0 in the minute field; it must be 1 to 60'],
  ['0 22-2 * * *', 'has the range "22-2" in the hour field; it runs backwards: write it as a list, 22-23,0-2'],
  [
    '0 0 * * SAT-MON',
    'has the range "SAT-MON" in the weekday field; it runs backwards: write it as a list, SAT,SUN-MON',
  ],
  ['0 0 * DEC-JAN *', 'has the range "DEC-JAN" in the month field; it runs backwards: write it as a list, DEC,JAN'],
  ['56-4/4 * * * *', 'has the range "56-4/4" in the minute field; it runs backwards: write it as a list, 56,0,4'],
  [
    '0 0 * * sat-tue/2',
    'has the range "SAT-TUE/2" in the weekday field; it runs backwards: write it as a list, SAT,MON',
  ],
  ['0 0 * 11-3/2 *', 'has the range "11-3/2" in the month field; it runs backwards: write it as a list, 11,1,3'],
  ['0 22-2/10 * * *', 'has the range "22-2/10" in the hour field; it runs backwards: write it as a list, 22'],
  ['0 0 * NOV-MAR/3 *', 'has the range "NOV-MAR/3" in the month field; it runs backwards: write it as a list, NOV,FEB'],
  ['@daily', 'must have five fields instead of "@daily": write 0 0 * * *'],
  ['@reboot', 'must have five fields instead of "@reboot", such as 0 8 * * 1'],
  ['@every 90m', 'must have five fields instead of "@every": give frequency and unit for an interval'],
  ...['TZ=Europe/Berlin 0 3 * * *', 'CRON_TZ=UTC 0 3 * * *'].map((text): [string, string] => [
    text,
    'must have five fields without a time zone before them: give the zone in time_zone',
  ]),
  ['* * * *', `${fiveFields}, but has 4`],
  ['0 * * * * *', `${fiveFields}, but has 6`],
  ['0 0 1 1 * 2027 *', `${fiveFields}, but has 7`],
  ['', `${fiveFields}, but has 0`],
  ['0 0 * *\n*', `${fiveFields}, but has 4`],
  [`${'0,'.repeat(97)}0 0 * * *`, 'must have at most 200 characters, but has 203'],
  ['0 0 31 2 *', notDue],
  ['0 0 30,31 FEB *', notDue],
  ['0 0 31 4,6,9,11 *', notDue],
  ['0 0 31 2 */2', notDue],
])('%j is rejected with a reason', (text, problem) => {
  expect(cronProblem(text, now)).toBe(problem)
})

test('a pattern of 200 characters is accepted', () => {
  const text = `${'0,'.repeat(95)}0 0 * * *`
  expect(text).toHaveLength(199)
  expect(cronProblem(`${text} `, now)).toBeUndefined()
})

test('a pattern with a pause of decades is accepted', () => {
  // The next 29 February on a Sunday is that of 2032, the one after it that of 2060; from 2088 it is 40 years to that of 2128.
  expect(cronProblem('0 0 29 2 */7', now)).toBeUndefined()
  for (const year of [2032, 2088])
    expect(cronProblem('0 0 29 2 */7', Date.parse(`${year}-03-01T00:00:00Z`))).toBeUndefined()
})

test('the list suggested for a backward range with a step has the same values', () => {
  let proposed = 0
  for (let from = 1; from < 24; from++)
    for (let to = 0; to < from; to++)
      for (let step = 1; step <= 24; step++) {
        const problem = cronProblem(`0 ${from}-${to}/${step} * * *`, now) ?? ''
        const list = /write it as a list, (\S+)$/.exec(problem)?.[1] ?? 'no list'
        const meant: number[] = []
        for (let hour = from; hour <= to + 24; hour += step) meant.push(hour % 24)
        expect(readPattern(`0 ${list} * * *`).hours).toEqual(meant.sort((one, other) => one - other))
        proposed++
      }
  expect(proposed).toBe(23 * 12 * 24)
})

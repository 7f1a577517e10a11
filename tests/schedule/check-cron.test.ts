import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { cronProblem } from '../../src/schedule/check-cron.ts'
import { eachTime } from '../../src/schedule/count-times.ts'
import { type Pattern, readPatterns } from '../../src/schedule/pattern.ts'

const readPattern = (text: string) => readPatterns(text)[0] as Pattern

const now = Date.parse('2026-11-24T12:00:00Z')

test.each([
  ['* * * * *', '* * * * *'],
  [' 00  09\t* jan-mar  Mon ', '0 9 * JAN-MAR MON'],
  ['0,15,30-40/5,*/20 0-23/2 1,31 * *', '0,15,30-40/5,*/20 0-23/2 1,31 * *'],
  ['5/15 * * * *', '5/15 * * * *'],
  ['0 0 29 2 *', '0 0 29 2 *'],
  ['0 0 31 2 1', '0 0 31 2 1'],
  ['0 0 * * fri-sun', '0 0 * * FRI-SUN'],
  ['0 0 ? January-jun Monday,FRIDAY', '0 0 * 1-6 1,5'],
  ['@Daily', '0 0 * * *'],
  ['@yearly', '0 0 1 1 *'],
  ['0 0 L,15w * fri#2', '0 0 15W,L * 5#2'],
  ['0 0 * * sundayL', '0 0 * * 7L'],
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
    ['FRI-MON', [0, 1, 5, 6]],
    ['sat-tue/2', [1, 6]],
  ] as const)
    expect(fields(`0 0 * * ${weekday}`).weekdays).toEqual([...expected])
})

const minuteIs = 'it must be 0 to 59, *, a list (0,30), a range (0-29) or a step (*/10)'
const hourIs = 'it must be 0 to 23, *, a list (8,20), a range (8-17) or a step (*/6)'
const dayIs =
  'it must be 1 to 31, *, a list (1,15), a range (1-7), a step (*/2), L (the last day), L-2 (two days before it), 15W (the weekday nearest to the 15th) or LW (the last weekday)'
const monthIs = 'it must be 1 to 12 or JAN to DEC, *, a list (1,7), a range (JUN-AUG) or a step (*/3)'
const weekdayIs =
  'it must be 0 to 7 (0 and 7 are Sunday) or SUN to SAT, *, a list (1,3), a range (MON-FRI), a step (*/2), FRIL (the last Friday of the month) or MON#2 (the second Monday)'
const fiveFields = 'must have five fields (minute, hour, day of month, month, weekday), or six with seconds before them'
const withFrom =
  'must say from which day the interval counts, such as from 2026-11-30: every 2 weeks at 09:00 from 2026-11-30'
const notDue = 'must come due at some time, but no day is ever in its day of month, month and weekday'

test.each([
  ['0 25 * * *', `has "25" in the hour field; ${hourIs}`],
  ['60 * * * *', `has "60" in the minute field; ${minuteIs}`],
  ['0 0 0 * *', `has "0" in the day of month field; ${dayIs}`],
  ['0 0 * 13 *', `has "13" in the month field; ${monthIs}`],
  ['0 0 * * 8', `has "8" in the weekday field; ${weekdayIs}`],
  ['0 0 * * MONDAYS', `has "MONDAYS" in the weekday field; ${weekdayIs}`],
  ['0 MON * * *', `has "MON" in the hour field; ${hourIs}`],
  ['0 8-25 * * *', `has "25" in the hour field; ${hourIs}`],
  ['-5 * * * *', `has "-5" in the minute field; ${minuteIs}`],
  ['1.5 * * * *', `has "1.5" in the minute field; ${minuteIs}`],
  ['1e1 * * * *', `has "1E1" in the minute field; ${minuteIs}`],
  ['~ * * * *', `has "~" in the minute field; ${minuteIs}`],
  ['**/5 * * * *', `has "**/5" in the minute field; ${minuteIs}`],
  ['1,,2 * * * *', `has an empty place in the minute field; ${minuteIs}`],
  ['? * * * *', `has "?" in the minute field; ${minuteIs}`],
  ['0 0 ?/2 * MON', `has "?/2" in the day of month field; ${dayIs}`],
  ['0 0 L-31 * *', 'has "L-31" in the day of month field; it must be L-1 to L-30'],
  ['0 0 32W * *', `has "32" in the day of month field; ${dayIs}`],
  ['0 0 L-3W * *', `has "L-3W" in the day of month field; ${dayIs}`],
  ['0 0 * * L', 'has "L" in the weekday field; say which day: SATL is the last Saturday of the month'],
  ['0 0 * * 5#6', 'has "5#6" in the weekday field; the number after # must be 1 to 5, such as 5#2'],
  ['0 0 * * 8L', `has "8" in the weekday field; ${weekdayIs}`],
  ['L 0 * * *', `has "L" in the minute field; ${minuteIs}`],
  ['*/90 * * * *', 'has the step 90 in the minute field; it must be 1 to 60'],
  ['*/0 * * * *', 'has the step 0 in the minute field; it must be 1 to 60'],
  ['@reboot', 'must name times instead of "@reboot", which is no time: for one run give scheduled_at without cron'],
  [
    '@every 90m',
    'must have five fields instead of "@every": give frequency and unit for an interval, such as 5 and minute',
  ],
  [
    '@fortnightly',
    'must have five fields, or be one of @yearly, @monthly, @weekly, @daily and @hourly, instead of "@fortnightly"',
  ],
  ...['TZ=Europe/Berlin 0 3 * * *', 'CRON_TZ=UTC 0 3 * * *'].map((text): [string, string] => [
    text,
    'must have five fields without a time zone before them: give the zone in time_zone',
  ]),
  ['* * * *', `${fiveFields}, but has 4`],
  ['0 0 0 1 1 * 2027', `${fiveFields}, but has 7: leave out the year`],
  [
    '0 0 1 1 * 2027',
    'must have no year: leave it out. Six fields are second, minute, hour, day of month, month and weekday',
  ],
  ['* * * * * *', 'must have at least 5 s between two slots, but has 2026-11-24 00:00:00 and 00:00:01'],
  [
    '58 59 23 * * *; @daily',
    'must have at least 5 s between two slots, but has 2026-11-24 23:59:58 and 2026-11-25 00:00:00',
  ],
  ['0 0 9 * * MON; 4 0 9 30 * *', 'must have at least 5 s between two slots, but has 2026-11-30 09:00:00 and 09:00:04'],
  ['0 9 * * MON;', 'must have a pattern before and after each semicolon, but pattern 2 is empty'],
  ['0 9 * * MON; 0 25 * * *', `has "25" in the hour field; ${hourIs} (in pattern 2)`],
  [Array(11).fill('0 9 * * *').join(';'), 'must have at most 10 patterns, but has 11'],
  ['every 2 weeks at 09:00', withFrom],
  ['every other day from 2026-11-30', 'must be an interval such as every 2 weeks at 09:00 from 2026-11-30'],
  ['every week at 24:00 from 2026-11-30', 'has the time "24:00"; it must be 00:00 to 23:59'],
  ['every week from 2027-02-29', 'has the day "2027-02-29"; it must be one such as 2026-11-30'],
  ['@daily; every week from 2099-01-01', 'must begin within 50 years (in pattern 2)'],
  ['every 0 days from 2026-11-30', 'has the interval 0 days; it must be 1 to 3652 days (ten years)'],
  [
    'every 5 minutes from 2026-11-30',
    'must count days, weeks or months after "every": for minutes and hours give frequency and unit instead of cron',
  ],
  ['', `${fiveFields}, but has 0`],
  ['0 0 * *\n*', `${fiveFields}, but has 4`],
  [`${'0,'.repeat(497)}0 0 * * *`, 'must have at most 1000 characters, but has 1003'],
  ['0 0 31 2 *', notDue],
  ['0 0 30,31 FEB *', notDue],
  ['0 0 31 4,6,9,11 *', notDue],
  ['0 0 31 2 */2', notDue],
  ['0 0 L-29 2 *', notDue],
  ['0 0 31W 4 *', notDue],
  ['0 9 * * *; 0 0 31 2 *', `${notDue} (in pattern 2)`],
])('%j is rejected with a reason', (text, problem) => {
  expect(cronProblem(text, now)).toBe(problem)
})

test('a pattern of 1,000 characters is accepted', () => {
  const text = `${'0,'.repeat(495)}0 0 * * *`
  expect(text).toHaveLength(999)
  expect(cronProblem(`${text} `, now)).toBeUndefined()
})

test('a pattern with a pause of decades is accepted', () => {
  // The next 29 February on a Sunday is that of 2032, the one after it that of 2060; from 2088 it is 40 years to that of 2128.
  expect(cronProblem('0 0 29 2 */7', now)).toBeUndefined()
  for (const year of [2032, 2088])
    expect(cronProblem('0 0 29 2 */7', Date.parse(`${year}-03-01T00:00:00Z`))).toBeUndefined()
})

test('a range that ends before it starts continues at the start of the field, also with a step', () => {
  for (let from = 1; from < 24; from++)
    for (let to = 0; to < from; to++)
      for (let step = 1; step <= 24; step++) {
        const meant: number[] = []
        for (let hour = from; hour <= to + 24; hour += step) meant.push(hour % 24)
        expect(readPattern(`0 ${from}-${to}/${step} * * *`).hours).toEqual(meant.sort((one, other) => one - other))
      }
  expect(readPattern('0 0 25-5/3 NOV-february *')).toMatchObject({ days: [3, 25, 28, 31], months: [1, 2, 11, 12] })
})

test('slots that are 5 s apart are accepted, and near times on days that never meet', () => {
  for (const text of ['*/5 * * * * *', '0 0 9 * * MON; 4 0 9 * * TUE', '0 0 9 * * *; 0 9 * * MON; 5 0 9 L * *'])
    expect(cronProblem(text, now)).toBeUndefined()
})

test('of random patterns with seconds, those are refused that have two slots within 5 s', () => {
  const second = fc.integer({ min: 0, max: 59 })
  const pattern = fc
    .tuple(
      fc.uniqueArray(second, { minLength: 1, maxLength: 2 }),
      fc.constantFrom('0', '59', '0,59'),
      fc.constantFrom('0', '23', '0,23'),
      fc.constantFrom('*', '1', 'L', '1,15'),
      fc.constantFrom('*', '2'),
    )
    .map(([seconds, minutes, hours, days, months]) => `${seconds.join()} ${minutes} ${hours} ${days} ${months} *`)
  fc.assert(
    fc.property(fc.array(pattern, { minLength: 1, maxLength: 3 }), (patterns) => {
      const text = patterns.join('; ')
      const times: number[] = []
      // All of these patterns come within 13 months, in every way in which they can follow each other.
      const end = now + 400 * 86_400_000
      eachTime(text, 'UTC', Date.parse('2026-11-24T00:00:00Z') - 1, end, (time) => times.push(time))
      const isNear = times.some((time, at) => at > 0 && time - (times[at - 1] as number) < 5_000)
      expect([text, cronProblem(text, now)?.startsWith('must have at least 5 s') ?? false]).toEqual([text, isNear])
    }),
    { numRuns: 500, seed: 20_261_129 },
  )
})

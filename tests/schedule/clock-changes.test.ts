import { expect, test } from 'bun:test'
import { cronNext } from '../../src/schedule/cron-next.ts'

/**
 * Zone, instant to start from, minute and hour of a daily pattern, and the next times in UTC: both nights of each zone.
 * Worked out by a minute-by-minute walk with the zoneinfo module of Python, which knows nothing of this code.
 */
const nights = `
Europe/Berlin        2027-03-27T12:00Z  30 2          03-28T01:00 03-29T00:30 03-30T00:30
Europe/Berlin        2027-03-27T12:00Z  0,15,30,45 2  03-28T01:00 03-29T00:00 03-29T00:15
Europe/Berlin        2027-03-27T12:00Z  30 2,3        03-28T01:00 03-28T01:30 03-29T00:30
Europe/Berlin        2027-03-27T23:50Z  */20 2        03-29T00:00 03-29T00:20 03-29T00:40 03-30T00:00
Europe/Berlin        2027-03-27T23:50Z  30 *          03-28T00:30 03-28T01:30 03-28T02:30 03-28T03:30
Europe/Berlin        2026-10-24T12:00Z  30 2          10-25T00:30 10-26T01:30 10-27T01:30
Europe/Berlin        2026-10-24T12:00Z  0,30 2        10-25T00:00 10-25T00:30 10-26T01:00
Europe/Berlin        2026-10-24T12:00Z  0,30 2,3      10-25T00:00 10-25T00:30 10-25T02:00
Europe/Berlin        2026-10-24T23:20Z  */20 2        10-25T00:00 10-25T00:20 10-25T00:40 10-25T01:00
Europe/Berlin        2026-10-24T23:20Z  30 *          10-24T23:30 10-25T00:30 10-25T01:30 10-25T02:30
Europe/London        2027-03-27T12:00Z  30 1          03-28T01:00 03-29T00:30 03-30T00:30
Europe/London        2027-03-27T12:00Z  0,59 1        03-28T01:00 03-29T00:00 03-29T00:59
Europe/London        2027-03-27T23:50Z  */30 *        03-28T00:00 03-28T00:30 03-28T01:00 03-28T01:30
Europe/London        2026-10-24T12:00Z  30 1          10-25T00:30 10-26T01:30 10-27T01:30
Europe/London        2026-10-24T12:00Z  0,45 1        10-25T00:00 10-25T00:45 10-26T01:00
Europe/London        2026-10-24T23:50Z  */30 *        10-25T00:00 10-25T00:30 10-25T01:00 10-25T01:30
America/New_York     2027-03-13T12:00Z  30 2          03-14T07:00 03-15T06:30 03-16T06:30
America/New_York     2027-03-13T12:00Z  5,55 2        03-14T07:00 03-15T06:05 03-15T06:55
America/New_York     2027-03-13T12:00Z  0 3           03-14T07:00 03-15T07:00 03-16T07:00
America/New_York     2027-03-14T05:50Z  30 *          03-14T06:30 03-14T07:30 03-14T08:30 03-14T09:30
America/New_York     2026-10-31T12:00Z  30 1          11-01T05:30 11-02T06:30 11-03T06:30
America/New_York     2026-10-31T12:00Z  0,30 1,2      11-01T05:00 11-01T05:30 11-01T07:00
America/New_York     2026-11-01T04:50Z  30 *          11-01T05:30 11-01T06:30 11-01T07:30 11-01T08:30
America/Santiago     2026-09-05T12:00Z  0 0           09-06T04:00 09-07T03:00 09-08T03:00
America/Santiago     2026-09-05T12:00Z  30 0          09-06T04:00 09-07T03:30 09-08T03:30
America/Santiago     2026-09-05T12:00Z  0,30 0,1      09-06T04:00 09-06T04:30 09-07T03:00
America/Santiago     2026-09-06T03:00Z  30 *          09-06T03:30 09-06T04:30 09-06T05:30 09-06T06:30
America/Santiago     2027-04-03T12:00Z  30 23         04-04T02:30 04-05T03:30 04-06T03:30
America/Santiago     2027-04-03T12:00Z  0 0           04-04T04:00 04-05T04:00 04-06T04:00
America/Santiago     2027-04-03T12:00Z  0,30 23       04-04T02:00 04-04T02:30 04-05T03:00
America/Santiago     2027-04-04T01:50Z  30 *          04-04T02:30 04-04T03:30 04-04T04:30 04-04T05:30
America/Asuncion     2023-09-30T12:00Z  15 0          10-01T04:00 10-02T03:15 10-03T03:15
America/Asuncion     2023-09-30T12:00Z  0 1           10-01T04:00 10-02T04:00 10-03T04:00
America/Asuncion     2023-10-01T03:00Z  15 *          10-01T03:15 10-01T04:15 10-01T05:15 10-01T06:15
America/Asuncion     2024-03-23T12:00Z  15 23         03-24T02:15 03-25T03:15 03-26T03:15
America/Asuncion     2024-03-23T12:00Z  0 0           03-24T04:00 03-25T04:00 03-26T04:00
America/Asuncion     2024-03-24T01:50Z  15 *          03-24T02:15 03-24T03:15 03-24T04:15 03-24T05:15
Australia/Lord_Howe  2026-10-03T06:00Z  15 2          10-03T15:30 10-04T15:15 10-05T15:15
Australia/Lord_Howe  2026-10-03T06:00Z  0,10,20 2     10-03T15:30 10-04T15:00 10-04T15:10
Australia/Lord_Howe  2026-10-03T06:00Z  30 2          10-03T15:30 10-04T15:30 10-05T15:30
Australia/Lord_Howe  2026-10-03T14:40Z  */15 2        10-03T15:30 10-03T15:45 10-04T15:00 10-04T15:15
Australia/Lord_Howe  2026-10-03T14:40Z  15 *          10-03T14:45 10-03T16:15 10-03T17:15 10-03T18:15
Australia/Lord_Howe  2027-04-03T06:00Z  45 1          04-03T14:45 04-04T15:15 04-05T15:15
Australia/Lord_Howe  2027-04-03T06:00Z  0,30,45 1     04-03T14:00 04-03T14:30 04-03T14:45
Australia/Lord_Howe  2027-04-03T06:00Z  0 2           04-03T15:30 04-04T15:30 04-05T15:30
Australia/Lord_Howe  2027-04-03T13:40Z  */15 1        04-03T14:00 04-03T14:15 04-03T14:30 04-03T14:45
Australia/Lord_Howe  2027-04-03T13:40Z  45 *          04-03T13:45 04-03T14:45 04-03T15:15 04-03T16:15
Pacific/Chatham      2026-09-26T06:00Z  0 3           09-26T14:00 09-27T13:15 09-28T13:15
Pacific/Chatham      2026-09-26T06:00Z  45 2          09-26T14:00 09-27T13:00 09-28T13:00
Pacific/Chatham      2026-09-26T06:00Z  50 2,3        09-26T14:00 09-26T14:05 09-27T13:05
Pacific/Chatham      2026-09-26T13:00Z  15 *          09-26T13:30 09-26T14:30 09-26T15:30 09-26T16:30
Pacific/Chatham      2027-04-03T06:00Z  0 3           04-03T13:15 04-04T14:15 04-05T14:15
Pacific/Chatham      2027-04-03T06:00Z  45 2,3        04-03T13:00 04-03T15:00 04-04T14:00
Pacific/Chatham      2027-04-03T12:20Z  15 *          04-03T12:30 04-03T13:30 04-03T14:30 04-03T15:30
Africa/Cairo         2027-04-29T06:00Z  0 0           04-29T22:00 04-30T21:00 05-01T21:00
Africa/Cairo         2027-04-29T06:00Z  30 0          04-29T22:00 04-30T21:30 05-01T21:30
Africa/Cairo         2027-04-29T21:00Z  30 *          04-29T21:30 04-29T22:30 04-29T23:30 04-30T00:30
Africa/Cairo         2026-10-29T06:00Z  30 23         10-29T20:30 10-30T21:30 10-31T21:30
Africa/Cairo         2026-10-29T06:00Z  0 0           10-29T22:00 10-30T22:00 10-31T22:00
Africa/Cairo         2026-10-29T19:50Z  30 *          10-29T20:30 10-29T21:30 10-29T22:30 10-29T23:30
Asia/Tehran          2022-03-21T12:00Z  0 0           03-21T20:30 03-22T19:30 03-23T19:30
Asia/Tehran          2022-03-21T12:00Z  30 0,1        03-21T20:30 03-21T21:00 03-22T20:00
Asia/Tehran          2022-03-21T19:40Z  30 *          03-21T20:00 03-21T21:00 03-21T22:00 03-21T23:00
Asia/Tehran          2022-09-21T12:00Z  30 23         09-21T19:00 09-22T20:00 09-23T20:00
Asia/Tehran          2022-09-21T12:00Z  0 0           09-21T20:30 09-22T20:30 09-23T20:30
Asia/Tehran          2022-09-21T18:10Z  30 *          09-21T19:00 09-21T20:00 09-21T21:00 09-21T22:00
America/St_Johns     2027-03-13T12:00Z  30 2          03-14T05:30 03-15T05:00 03-16T05:00
America/St_Johns     2027-03-13T12:00Z  1 2           03-14T05:30 03-15T04:31 03-16T04:31
America/St_Johns     2027-03-14T04:10Z  0 *           03-14T04:30 03-14T05:30 03-14T06:30 03-14T07:30
America/St_Johns     2026-10-31T12:00Z  30 1          11-01T04:00 11-02T05:00 11-03T05:00
America/St_Johns     2026-10-31T12:00Z  0 1,2         11-01T03:30 11-01T05:30 11-02T04:30
America/St_Johns     2026-11-01T03:10Z  30 *          11-01T04:00 11-01T05:00 11-01T06:00 11-01T07:00
Antarctica/Troll     2027-03-27T12:00Z  30 1          03-28T01:00 03-28T23:30 03-29T23:30
Antarctica/Troll     2027-03-27T12:00Z  0 2           03-28T01:00 03-29T00:00 03-30T00:00
Antarctica/Troll     2027-03-27T12:00Z  30 1,2        03-28T01:00 03-28T23:30 03-29T00:30
Antarctica/Troll     2027-03-27T23:40Z  30 *          03-28T00:30 03-28T01:30 03-28T02:30 03-28T03:30
Antarctica/Troll     2026-10-24T12:00Z  30 1          10-24T23:30 10-26T01:30 10-27T01:30
Antarctica/Troll     2026-10-24T12:00Z  0 2           10-25T00:00 10-26T02:00 10-27T02:00
Antarctica/Troll     2026-10-24T12:00Z  30 1,2        10-24T23:30 10-25T00:30 10-26T01:30
Antarctica/Troll     2026-10-24T22:40Z  30 *          10-24T23:30 10-25T00:30 10-25T01:30 10-25T02:30
Pacific/Apia         2011-12-29T06:00Z  0 9           12-29T19:00 12-30T10:00 12-30T19:00
Pacific/Apia         2011-12-29T06:00Z  30 0          12-29T10:30 12-30T10:00 12-30T10:30
Pacific/Apia         2011-12-29T06:00Z  0 0           12-29T10:00 12-30T10:00 12-31T10:00
Pacific/Apia         2011-12-30T08:10Z  30 *          12-30T08:30 12-30T09:30 12-30T10:30 12-30T11:30
Pacific/Apia         2021-04-03T00:00Z  30 3          04-03T13:30 04-04T14:30 04-05T14:30
Pacific/Apia         2021-04-03T00:00Z  0 4           04-03T15:00 04-04T15:00 04-05T15:00
Pacific/Apia         2021-04-03T12:10Z  30 *          04-03T12:30 04-03T13:30 04-03T14:30 04-03T15:30
Asia/Kathmandu       2027-03-27T12:00Z  30 2          03-27T20:45 03-28T20:45 03-29T20:45
Asia/Kathmandu       2027-03-27T23:40Z  0 *           03-28T00:15 03-28T01:15 03-28T02:15 03-28T03:15
UTC                  2027-03-27T12:00Z  30 2          03-28T02:30 03-29T02:30 03-30T02:30
UTC                  2027-03-27T23:40Z  30 *          03-28T00:30 03-28T01:30 03-28T02:30 03-28T03:30
Africa/Casablanca    2025-02-22T12:00Z  30 2          02-23T01:30 02-24T02:30 02-25T02:30
Africa/Casablanca    2025-02-23T00:40Z  30 *          02-23T01:30 02-23T02:30 02-23T03:30 02-23T04:30
Africa/Casablanca    2025-04-05T12:00Z  30 2          04-06T02:00 04-07T01:30 04-08T01:30
Africa/Casablanca    2025-04-06T00:40Z  30 *          04-06T01:30 04-06T02:30 04-06T03:30 04-06T04:30
Europe/Dublin        2027-03-27T12:00Z  30 1          03-28T01:00 03-29T00:30 03-30T00:30
Europe/Dublin        2027-03-27T23:40Z  30 *          03-28T00:30 03-28T01:30 03-28T02:30 03-28T03:30
America/Havana       2025-11-01T12:00Z  30 0          11-02T04:30 11-03T05:30 11-04T05:30
America/Havana       2025-11-02T03:20Z  30 *          11-02T03:30 11-02T04:30 11-02T05:30 11-02T06:30
America/Sao_Paulo    2018-11-03T12:00Z  0 0           11-04T03:00 11-05T02:00 11-06T02:00
America/Sao_Paulo    2018-11-04T01:20Z  30 *          11-04T01:30 11-04T02:30 11-04T03:30 11-04T04:30
`

const rows = nights
  .trim()
  .split('\n')
  .map((row) => row.split(/ +/) as [zone: string, from: string, ...string[]])

test.each(rows.map(([zone, from, minute, hour, ...times]) => [zone, `${minute} ${hour} * * *`, from, times] as const))(
  'clock change in %s: %s from %s',
  (zone, pattern, from, expected) => {
    const times: string[] = []
    let time = Date.parse(from)
    while (times.length < expected.length) {
      time = cronNext(pattern, zone, time) ?? Number.NaN
      times.push(new Date(time).toISOString().slice(5, 16))
    }
    expect(times).toEqual([...expected])
  },
)

test('the table has nights of at least 12 zones, most of them with both changes', () => {
  expect(new Set(rows.map(([zone]) => zone)).size).toBeGreaterThan(12)
})

const berlin = (pattern: string, after: string) => {
  const time = cronNext(pattern, 'Europe/Berlin', Date.parse(after))
  return time && new Date(time).toISOString()
}

test('a time in a gap, run at its end, and the time of that end are one run', () => {
  expect(berlin('0,30 2,3 * * *', '2027-03-28T00:59:59.999Z')).toBe('2027-03-28T01:00:00.000Z')
  expect(berlin('0,30 2,3 * * *', '2027-03-28T01:00:00Z')).toBe('2027-03-28T01:30:00.000Z')
})

test('a time that was due in the first pass of a repeated hour is not due in the second', () => {
  for (const after of ['00:30:00', '00:59:59.999', '01:00:00', '01:29:59.999', '01:30:00', '01:59:59.999'])
    expect(berlin('30 2 * * *', `2026-10-25T${after}Z`)).toBe('2026-10-26T01:30:00.000Z')
})

test('the end of a repeated hour is still due during its second pass', () => {
  for (const after of ['00:59:59.999', '01:00:00', '01:30:00', '01:59:59.999'])
    expect(berlin('0 3 * * *', `2026-10-25T${after}Z`)).toBe('2026-10-25T02:00:00.000Z')
})

test('a change of the clocks by two hours is handled for two hours', () => {
  const after = Date.parse('2026-10-25T02:30:00Z')
  expect(cronNext('45 2 * * *', 'Antarctica/Troll', after)).toBe(Date.parse('2026-10-26T02:45:00Z'))
  expect(cronNext('0 3 * * *', 'Antarctica/Troll', after)).toBe(Date.parse('2026-10-25T03:00:00Z'))
})

test('a clock change counts on the only day of the year that a pattern names', () => {
  expect(berlin('30 2 28 3 *', '2026-06-01T00:00:00Z')).toBe('2027-03-28T01:00:00.000Z')
  expect(berlin('30 2 25 10 *', '2026-10-25T00:30:00Z')).toBe('2027-10-25T00:30:00.000Z')
  expect(berlin('*/30 2 25 10 *', '2026-10-25T00:45:00Z')).toBe('2026-10-25T01:00:00.000Z')
  // The only times of that year lie in the gap, and a pattern with a * does not run for them.
  expect(berlin('*/30 2 28 3 *', '2026-06-01T00:00:00Z')).toBe('2028-03-28T00:00:00.000Z')
})

test('a * in minute or hour makes a pattern run in both passes of a repeated hour; in other fields it does not', () => {
  const second = '2026-10-25T01:30:00.000Z'
  for (const pattern of ['30 * * * *', '30 */2 * * *', '*/30 2 * * *', '0,*/30 2 * * *', '30 2,*/20 * * *'])
    expect(berlin(pattern, '2026-10-25T01:15:00Z')).toBe(second)
  for (const pattern of ['30 2 * * *', '30 2 */1 * *', '30 0-23 * * *', '0-59 2 * */2 *'])
    expect(berlin(pattern, '2026-10-25T01:15:00Z')).not.toBe(second)
})

test('an interval by the local clock runs at the end of a gap, and once in a repeated hour', () => {
  const text = 'every 2 weeks at 02:30 from 2026-10-11'
  expect(berlin(text, '2026-10-24T00:00:00Z')).toBe('2026-10-25T00:30:00.000Z')
  expect(berlin(text, '2026-10-25T00:30:00Z')).toBe('2026-11-08T01:30:00.000Z')
  expect(berlin(text, '2027-03-27T00:00:00Z')).toBe('2027-03-28T01:00:00.000Z')
  expect(berlin(text, '2027-03-28T01:00:00Z')).toBe('2027-04-11T00:30:00.000Z')
  expect(berlin(text, '2020-01-01T00:00:00Z')).toBe('2026-10-11T00:30:00.000Z')
})

test('seconds follow the rule of minute and hour', () => {
  expect(berlin('0,30 30 2 * * *', '2027-03-28T00:00:00Z')).toBe('2027-03-28T01:00:00.000Z')
  expect(berlin('0,30 30 2 * * *', '2027-03-28T01:00:00Z')).toBe('2027-03-29T00:30:00.000Z')
  expect(berlin('0,30 30 2 * * *', '2026-10-25T00:30:00Z')).toBe('2026-10-25T00:30:30.000Z')
  expect(berlin('0,30 30 2 * * *', '2026-10-25T00:30:30Z')).toBe('2026-10-26T01:30:00.000Z')
  expect(berlin('*/30 59 * * * *', '2026-10-25T00:59:30Z')).toBe('2026-10-25T01:59:00.000Z')
  expect(berlin('*/30 59 * * * *', '2027-03-28T00:59:30Z')).toBe('2027-03-28T01:59:00.000Z')
})

test('each of several patterns follows its own rule, and a time that two of them give is one run', () => {
  const text = '30 2 * * *; */30 * * * *'
  // The gap ends at 03:00, which both have.
  expect(berlin(text, '2027-03-28T00:30:00Z')).toBe('2027-03-28T01:00:00.000Z')
  expect(berlin(text, '2027-03-28T01:00:00Z')).toBe('2027-03-28T01:30:00.000Z')
  expect(berlin(text, '2026-10-25T01:15:00Z')).toBe('2026-10-25T01:30:00.000Z')
  expect(berlin('30 2 * * *; 45 2 * * *', '2026-10-25T00:45:00Z')).toBe('2026-10-26T01:30:00.000Z')
})

import { expect, test } from 'bun:test'
import { readAwsSchedule } from '../../../src/import/cloud/aws-schedule.ts'
import { cronNext } from '../../../src/schedule/cron-next.ts'

const now = Date.UTC(2026, 10, 28, 21)
const read = (expression: string, zone = 'UTC') => readAwsSchedule(expression, zone, now)

/** The rules of AWS, written down once more: the values of a field, one by one. */
function values(field: string, min: number, max: number, names: readonly string[]): Set<number> {
  const numberOf = (text: string) => (names.includes(text) ? names.indexOf(text) + min : Number(text))
  const found = new Set<number>()
  for (const item of field.split(',')) {
    const [range = '', step] = item.split('/')
    const [from, to] = range === '*' || range === '?' ? [min, max] : range.split('-').map(numberOf)
    const end = to ?? (step === undefined ? (from as number) : max)
    for (let value = from as number; value <= end; value += Number(step ?? 1)) found.add(value)
  }
  return found
}
const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']
const weekdays = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT']

/** Returns the next ten times in UTC, trying every minute of the days that match. */
function slowly(expression: string): string[] {
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = expression.slice(5, -1).split(' ')
  const [minutes, hours] = [values(minute, 0, 59, []), values(hour, 0, 23, [])]
  const [days, ofMonths, ofWeek] = [
    values(day, 1, 31, []),
    values(month, 1, 12, months),
    values(weekday, 1, 7, weekdays),
  ]
  const found: string[] = []
  for (let at = Math.floor(now / 86_400_000) * 86_400_000; found.length < 10; at += 86_400_000) {
    const date = new Date(at)
    if (!days.has(date.getUTCDate()) || !ofMonths.has(date.getUTCMonth() + 1) || !ofWeek.has(date.getUTCDay() + 1))
      continue
    for (let minute = 0; minute < 1440 && found.length < 10; minute++) {
      const time = at + minute * 60_000
      if (time > now && hours.has(Math.floor(minute / 60)) && minutes.has(minute % 60))
        found.push(new Date(time).toISOString())
    }
  }
  return found
}

test.each([
  'cron(0 12 * * ? *)',
  'cron(15 10 ? * 6 *)',
  'cron(0 18 ? * MON-FRI *)',
  'cron(0 8 1 * ? *)',
  'cron(0/15 * * * ? *)',
  'cron(0/10 * ? * MON-FRI *)',
  'cron(0/5 8-17 ? * 2-6 *)',
  'cron(5,35 14 * * ? *)',
  'cron(0 0 ? * 1 *)',
  'cron(0 0 ? * 7 *)',
  'cron(0 0 ? * 1,7 *)',
  'cron(0 0 ? * 2/2 *)',
  'cron(0 0 ? * 1/3 *)',
  'cron(0 0 ? * */2 *)',
  'cron(0 0 ? * 1-7 *)',
  'cron(0 0 ? * sun,Wed *)',
  'cron(0 0 ? * 2-6/2 *)',
  'cron(0 9 1/10 * ? *)',
  'cron(0 9 */2 JAN-MAR ? *)',
  'cron(30 6 29 2 ? *)',
  'cron(0 0 1 1/3 ? *)',
  'cron(1/10 22-23 * 12 ? *)',
])('%s has the times of AWS', (expression) => {
  const { fields, reason } = read(expression)
  expect(reason).toBeUndefined()
  const times: string[] = []
  for (let at = now; times.length < 10; ) {
    at = cronNext(fields.cron as string, 'UTC', at) as number
    times.push(new Date(at).toISOString())
  }
  expect(times).toEqual(slowly(expression.toUpperCase().replace('CRON', 'cron')))
})

test.each([
  ['cron(0 12 * * ? 2027)', 'names years'],
  ['cron(0 12 ? * L *)', 'which day is meant'],
  ['cron(0 12 ? * 8#3 *)', 'day of the week'],
  ['cron(0 12 ? * 6#6 *)', 'day of the week'],
  ['cron(0 12 * * * *)', '? in one'],
  ['cron(0 12 ? * ? *)', '? in one'],
  ['cron(0 12 * * ?)', '5 fields'],
  ['cron(0 12 ? * 0 *)', 'day of the week'],
  ['cron(0 12 ? * 8 *)', 'day of the week'],
  ['cron(0 12 ? * FRI-MON *)', 'day of the week'],
  ['cron(0 12 ? * 2-3-4 *)', 'day of the week'],
  ['cron(60 12 * * ? *)', '"60"'],
  ['cron(0 22-2 * * ? *)', 'backwards'],
  ['cron(0 0 30 2 ? *)', 'never'],
  ['rate(0 minutes)', 'no number'],
  ['rate(5 weeks)', 'no number'],
  ['rate(99999999 days)', 'ten years'],
  ['at(2026-11-28T20:59:00)', 'has passed'],
  ['at(2027-02-30T08:00:00)', 'no time'],
  ['at(tomorrow)', 'no time'],
  ['0 12 * * *', 'none of'],
  ['', 'none of'],
])('%s needs a person: %s', (expression, said) => {
  const { fields, reason } = read(expression)
  expect(fields).toEqual({})
  expect(reason).toContain(said)
})

test.each([
  // 28 November 2026 is a Saturday.
  ['cron(0 12 L * ? *)', '0 12 L * *', '2026-11-30'],
  ['cron(0 12 L-1 * ? *)', '0 12 L-1 * *', '2026-11-29'],
  ['cron(0 12 LW * ? *)', '0 12 LW * *', '2026-11-30'],
  ['cron(0 12 5W 12 ? *)', '0 12 5W 12 *', '2026-12-04'],
  ['cron(0 12 ? * 6#3 *)', '0 12 * * 5#3', '2026-12-18'],
  ['cron(0 12 ? * FRI#3 *)', '0 12 * * 5#3', '2026-12-18'],
  ['cron(0 12 ? * 1#1 *)', '0 12 * * 0#1', '2026-12-06'],
  ['cron(0 12 ? * 5L *)', '0 12 * * 4L', '2026-12-31'],
  ['cron(0 12 ? * SATL,1L *)', '0 12 * * 6L,0L', '2026-11-29'],
])('%s is %s, with weekdays renumbered', (expression, cron, day) => {
  expect(read(expression).fields).toEqual({ cron, time_zone: 'UTC' })
  expect(cronNext(cron, 'UTC', now)).toBe(Date.parse(`${day}T12:00:00Z`))
})

test('rates are intervals, and at is a time in its zone', () => {
  expect(read('rate(1 minute)').fields).toEqual({ frequency: 1, unit: 'minute' })
  expect(read('rate(12 hours)').fields).toEqual({ frequency: 12, unit: 'hour' })
  expect(read('rate(7 days)').fields).toEqual({ frequency: 7, unit: 'day' })
  expect(read('at(2027-01-31T08:00:00)').fields).toEqual({ scheduled_at: '2027-01-31T08:00:00.000Z' })
  expect(read('at(2027-01-31T08:00:00)', 'America/New_York').fields).toEqual({
    scheduled_at: '2027-01-31T13:00:00.000Z',
  })
  expect(read('at(2027-07-31T08:00:00)', 'America/New_York').fields).toEqual({
    scheduled_at: '2027-07-31T12:00:00.000Z',
  })
})

test('times that clocks leave out or show twice need a person, and patterns that meet such nights have a note', () => {
  expect(read('at(2027-03-28T02:30:00)', 'Europe/Berlin').reason).toContain('comes twice')
  expect(read('at(2027-10-31T02:30:00)', 'Europe/Berlin').reason).toContain('comes twice')
  expect(read('at(2027-10-31T03:30:00)', 'Europe/Berlin').fields).toEqual({ scheduled_at: '2027-10-31T02:30:00.000Z' })
  expect(read('cron(30 2 * * ? *)', 'Europe/Berlin').note).toContain('set forward')
  expect(read('cron(30 * * * ? *)', 'Europe/Berlin').note).toContain('set back')
  for (const [expression, zone] of [
    ['cron(30 9 * * ? *)', 'Europe/Berlin'],
    ['cron(30 2 * * ? *)', 'Asia/Tokyo'],
  ] as const)
    expect(read(expression, zone)).toEqual({ fields: { cron: expect.any(String), time_zone: zone } })
  expect(read('rate(1 hour)', 'Mars').reason).toContain('not a time zone')
})

import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { readSchedule } from '../../../src/import/kubernetes/read-schedule.ts'
import { cronNext } from '../../../src/schedule/cron-next.ts'

const now = Date.UTC(2026, 10, 28, 20)
const read = (schedule: string, timeZone?: string, clusterZone?: string) =>
  readSchedule(schedule, timeZone, clusterZone, now)

test.each([
  ['30 2 * * *', 'Europe/Berlin', { cron: '30 2 * * *', time_zone: 'Europe/Berlin' }],
  ['CRON_TZ=Asia/Tokyo 0 6 * * 1-5', undefined, { cron: '0 6 * * 1-5', time_zone: 'Asia/Tokyo' }],
  ['TZ=UTC 0 6 * * mon-FRI', undefined, { cron: '0 6 * * MON-FRI', time_zone: 'UTC' }],
  ['@daily', 'Etc/UTC', { cron: '0 0 * * *', time_zone: 'Etc/UTC' }],
  ['@weekly', 'UTC', { cron: '0 0 * * 0', time_zone: 'UTC' }],
  ['0 0 ? * ?', 'UTC', { cron: '0 0 * * *', time_zone: 'UTC' }],
  ['*/90 * * * *', 'UTC', { cron: '0 * * * *', time_zone: 'UTC' }],
  ['0 0 */2 * 1', 'UTC', { cron: '0 0 1-31/2 * 1', time_zone: 'UTC' }],
  ['  5  4 * * sun ', 'UTC', { cron: '5 4 * * SUN', time_zone: 'UTC' }],
  ['@every 90m', undefined, { frequency: 90, unit: 'minute' }],
  ['@every 1h30m', undefined, { frequency: 90, unit: 'minute' }],
  ['@every 24h', undefined, { frequency: 24, unit: 'hour' }],
  ['@every 3600s', undefined, { frequency: 1, unit: 'hour' }],
  ['@every 30s', undefined, { cron: '*/30 * * * * *' }],
])('%s in %p becomes %j', (schedule, zone, fields) => {
  expect(read(schedule, zone)).toMatchObject({ fields, reasons: [] })
})

test('a schedule without a zone is in UTC with a note, and in the zone of the cluster if that is given', () => {
  expect(read('0 1 * * *')).toMatchObject({ fields: { cron: '0 1 * * *' }, notes: [expect.stringContaining('UTC')] })
  expect(read('0 1 * * *', undefined, 'Europe/Paris')).toMatchObject({
    fields: { time_zone: 'Europe/Paris' },
    notes: [],
  })
})

test.each([
  ['@every 45s', 'whole minutes'],
  ['@every 90s', 'whole minutes'],
  ['@every soon', 'no duration'],
  ['@reboot', 'knows no schedule'],
  ['0 0 * * 7', 'Sunday is 0'],
  ['0 0 31 2 *', 'no day'],
  ['0 0 0 * * *', '6 fields'],
  ['0 0 L * *', 'refuses "L"'],
  ['H 3 * * *', 'refuses "H"'],
  ['TZ=Nowhere/City 0 1 * * *', 'not a time zone'],
  ['', '1 fields'],
])('%s is a reason that says %s', (schedule, said) => {
  const { fields, reasons } = read(schedule)
  expect(fields).toEqual({})
  expect(reasons.join()).toContain(said)
})

test('a zone in the schedule and in timeZone is what Kubernetes refuses', () => {
  expect(read('TZ=UTC 0 1 * * *', 'UTC').reasons).toHaveLength(1)
})

/** The rules of robfig/cron, evaluated minute by minute. */
function isDue(schedule: string, at: Date): boolean {
  const limits = [
    [0, 59],
    [0, 23],
    [1, 31],
    [1, 12],
    [0, 6],
  ] as const
  const values = [at.getUTCMinutes(), at.getUTCHours(), at.getUTCDate(), at.getUTCMonth() + 1, at.getUTCDay()]
  const fields = schedule.split(' ').map((field, index) => {
    const [min, max] = limits[index] as readonly [number, number]
    let isStar = false
    let matches = false
    for (const item of field.split(',')) {
      const [range = '', step] = item.split('/')
      const by = Number(step ?? 1)
      const [low, high] = range.split('-')
      const isAny = range === '*' || range === '?'
      const from = isAny ? min : Number(low)
      let to = isAny ? max : Number(high ?? low)
      if (step !== undefined && high === undefined && !isAny) to = max
      if (isAny && by === 1) isStar = true
      for (let value = from; value <= to; value += by) if (value === values[index]) matches = true
    }
    return { isStar, matches }
  })
  const [minute, hour, day, month, weekday] = fields
  if (!minute || !hour || !day || !month || !weekday) throw new Error(schedule)
  const isDay = day.isStar || weekday.isStar ? day.matches && weekday.matches : day.matches || weekday.matches
  return minute.matches && hour.matches && month.matches && isDay
}

const field = (min: number, max: number) => {
  const value = fc.integer({ min, max })
  const range = fc.tuple(value, value).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`)
  const base = fc.oneof(fc.constant('*'), fc.constant('?'), value.map(String), range)
  const item = fc.oneof(
    base,
    fc.tuple(base, fc.integer({ min: 1, max: max + 5 })).map(([one, step]) => `${one}/${step}`),
  )
  return fc.array(item, { minLength: 1, maxLength: 3 }).map((items) => items.join(','))
}

test('the task has the times of the CronJob, by the rules of robfig/cron', () => {
  const schedule = fc.tuple(field(0, 59), field(0, 23), field(1, 31), fc.constantFrom('*', '*/2', '11,12'), field(0, 6))
  fc.assert(
    fc.property(schedule, (parts) => {
      const text = parts.join(' ')
      const { fields, reasons } = read(text, 'UTC')
      expect({ text, reasons }).toEqual({ text, reasons: [] })
      let next = cronNext(fields.cron as string, 'UTC', now) as number
      // Two days of minutes, and then the first ten times that Duly finds.
      for (let at = now + 60_000; at < now + 2_880 * 60_000; at += 60_000) {
        const due = isDue(text, new Date(at))
        expect({ text, cron: fields.cron, at: new Date(at), due }).toEqual({
          text,
          cron: fields.cron,
          at: new Date(at),
          due: next === at,
        })
        if (due) next = cronNext(fields.cron as string, 'UTC', at) as number
      }
    }),
    { numRuns: 60 },
  )
})

import { expect, test } from 'bun:test'
import { countUpcoming } from '../../src/overview/quarters.ts'
import type { TaskGroup } from '../../src/overview/queries.ts'
import { CalendarUses } from '../../src/transitions/calendar-use.ts'
import { createAccount, createTask, send } from '../support/app.ts'
import { emptyDatabase } from '../support/database.ts'
import { expectWork, workSoFar } from '../support/promised.ts'

const now = '2026-11-24T10:07:30Z'
const group: TaskGroup = {
  status: 'active',
  frequency: null,
  unit: null,
  cron: null,
  time_zone: null,
  calendar_use: '',
  ends_at: null,
  runs_left: null,
  at: null,
  count: 1,
  offset: 0,
  is_spread: false,
  now,
}
const count = (...groups: Partial<TaskGroup>[]) =>
  countUpcoming(
    groups.map((one) => ({ ...group, ...one })),
    Date.parse(now),
    new CalendarUses(new Map()),
  )
const total = (quarters: { count: number }[]) => quarters.reduce((sum, { count }) => sum + count, 0)
const busy = (quarters: { at: string; count: number }[]) =>
  Object.fromEntries(quarters.filter(({ count }) => count > 0).map(({ at, count }) => [at, count]))

test('the 96 quarter hours begin with the current one', async () => {
  const quarters = await count()
  expect(quarters).toHaveLength(96)
  expect([quarters[0], quarters[95]]).toEqual([
    { at: '2026-11-24T10:00:00Z', count: 0 },
    { at: '2026-11-25T09:45:00Z', count: 0 },
  ])
})

test('every run counts: 15 per quarter hour for a task that runs every minute', async () => {
  const quarters = await count({ frequency: 1, unit: 'minute', at: '2026-11-24T10:08:00Z', count: 3 })
  expect(quarters.slice(0, 3).map(({ count }) => count)).toEqual([21, 45, 45])
  expect(quarters[95]?.count).toBe(45)
})

test('hourly runs keep their minute, daily and single runs count once, later runs do not count', async () => {
  const hourly = await count({ frequency: 6, unit: 'hour', at: '2026-11-24T12:20:00Z', count: 2 })
  expect(busy(hourly)).toEqual({
    '2026-11-24T12:15:00Z': 2,
    '2026-11-24T18:15:00Z': 2,
    '2026-11-25T00:15:00Z': 2,
    '2026-11-25T06:15:00Z': 2,
  })
  expect(busy(await count({ frequency: 1, unit: 'day', at: '2026-11-24T23:59:00Z' }))).toEqual({
    '2026-11-24T23:45:00Z': 1,
  })
  expect(busy(await count({ frequency: 1, unit: 'month', at: '2026-11-25T09:59:00Z' }))).toEqual({
    '2026-11-25T09:45:00Z': 1,
  })
  expect(busy(await count({ at: '2026-11-24T10:15:00Z' }))).toEqual({ '2026-11-24T10:15:00Z': 1 })
  expect(total(await count({ at: '2026-11-25T10:00:00Z' }, { at: null, frequency: 1, unit: 'month' }))).toBe(0)
})

test('an overdue run counts now, and later runs keep their phase', async () => {
  expect(busy(await count({ at: '2026-11-24T09:50:00Z' }))).toEqual({ '2026-11-24T10:00:00Z': 1 })
  const half = await count({ frequency: 30, unit: 'minute', at: '2026-11-24T09:50:00Z' })
  expect(half.slice(0, 4).map(({ count }) => count)).toEqual([1, 1, 0, 1])
})

test('a cron pattern follows the clock of its time zone', async () => {
  expect(
    busy(await count({ cron: '0 9 * * *', time_zone: 'Asia/Kathmandu', at: '2026-11-25T03:15:00Z', count: 4 })),
  ).toEqual({ '2026-11-25T03:15:00Z': 4 })
  const workdays = await count({ cron: '*/10 11 * * *', time_zone: 'UTC', at: '2026-11-24T11:00:00Z' })
  expect(busy(workdays)).toEqual({
    '2026-11-24T11:00:00Z': 2,
    '2026-11-24T11:15:00Z': 1,
    '2026-11-24T11:30:00Z': 2,
    '2026-11-24T11:45:00Z': 1,
  })
})

test('counts stored tasks that are active, of every kind of schedule, and no paused ones', async () => {
  await emptyDatabase()
  const account = await createAccount()
  const soon = new Date(Date.now() + 5_000).toISOString()
  for (const fields of [
    { frequency: 1, unit: 'minute', scheduled_at: soon },
    { frequency: 1, unit: 'minute', scheduled_at: soon, status: 'paused' },
    { frequency: 1, unit: 'hour', scheduled_at: soon },
    { frequency: null, unit: null, scheduled_at: soon },
    { frequency: null, unit: null, scheduled_at: '2020-01-01T00:00:00Z' },
    { frequency: undefined, unit: undefined, scheduled_at: undefined, cron: '*/5 * * * *' },
    {},
  ])
    await createTask(account, fields)
  const { upcoming } = (await send(account, 'GET', '/overview')).body
  // In the whole day: 1,440 minutes, 24 hours, two single runs, 288 of the pattern; but for what this quarter has behind it.
  const past = Math.ceil((Date.now() - Date.parse(upcoming[0].at)) / 60_000)
  expect(total(upcoming)).toBeWithin(1_754 - past * 1.2 - 3, 1_755)
  expect(upcoming[4].count).toBeWithin(18, 20)
})

test('thousands of patterns that are due every minute are counted fast, and leave others their turn', async () => {
  const many = Array.from({ length: 12_000 }, (_, at) => ({
    cron: `*,${at % 60},${Math.floor(at / 60) % 60} *,${Math.floor(at / 3_600)} * * *`,
    time_zone: 'Europe/Berlin',
    at: '2026-11-24T10:08:00Z',
  }))
  // Calls of the scheduler and other requests get their turn meanwhile.
  let turns = 0
  const turn = () => {
    turns++
    next = setImmediate(turn)
  }
  let next = setImmediate(turn)
  const began = workSoFar()
  expect((await count(...many))[1]?.count).toBe(180_000)
  // One by one it would be twenty seconds.
  expectWork(6_000, began)
  clearImmediate(next)
  expect(turns).toBeGreaterThan(50)
})

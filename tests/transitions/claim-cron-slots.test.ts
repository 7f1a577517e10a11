import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'bun:test'
import { skipSlots } from '../../src/transitions/skip.ts'
import { ClockedClaims } from '../support/clocked-claims.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { executionsOf, insertService, insertTask, type TestTask, taskRow } from '../support/rows.ts'
import { startScheduler, stopSchedulers } from '../support/scheduler.ts'
import { Target } from '../support/target.ts'

const claims = new ClockedClaims('cron_clock')
let target: Target

beforeAll(async () => {
  await claims.open()
  target = new Target()
})
afterAll(async () => {
  await claims.close()
  target.stop()
})
beforeEach(emptyDatabase)
afterEach(stopSchedulers)

const insert = (cron: string, time_zone: string, scheduled_at: string, rest: object = {}) =>
  insertTask({ frequency: null, unit: null, cron, time_zone, scheduled_at, ...rest })

/** @param known when the replica has looked for due patterns */
const claimAt = async (now: string, service_id: string, known = now) =>
  claims.claim(now, { service_id }, await claims.look(known, { service_id }))

const finish = () => sql`update execution set status = 'success' where status = 'started'`

type Case = [what: string, cron: string, zone: string, slot: string, now: string, next: string, missed: number]
const cases: Case[] = [
  ['the last day', '0 9 L * *', 'UTC', '2026-10-31T09:00:00Z', '2026-10-31T09:00:01Z', '2026-11-30T09:00:00Z', 0],
  [
    'several patterns, of which one time is in two',
    '0 9 * * MON-FRI; 0 11 * * SAT; 0 9 L * *',
    'UTC',
    '2026-11-27T09:00:00Z',
    '2026-11-30T09:30:00Z',
    '2026-12-01T09:00:00Z',
    2,
  ],
  ['seconds', '*/5 * * * * *', 'UTC', '2026-11-24T02:00:05Z', '2026-11-24T02:01:05Z', '2026-11-24T02:01:10Z', 12],
  [
    'an interval by the local clock over a clock change',
    'every 2 weeks at 09:00 from 2026-10-12',
    'Europe/Berlin',
    '2026-10-12T07:00:00Z',
    '2026-10-26T08:00:00.5Z',
    '2026-11-09T08:00:00Z',
    1,
  ],
  ['on time', '30 2 * * *', 'UTC', '2026-11-24T02:30:00Z', '2026-11-24T02:30:00.05Z', '2026-11-25T02:30:00Z', 0],
  [
    'late by half a day',
    '0 * * * *',
    'UTC',
    '2026-11-24T02:00:00Z',
    '2026-11-24T14:20:00Z',
    '2026-11-24T15:00:00Z',
    12,
  ],
  [
    'a week of minutes late',
    '* * * * *',
    'UTC',
    '2026-11-17T02:00:00Z',
    '2026-11-24T02:00:00.5Z',
    '2026-11-24T02:01:00Z',
    10_080,
  ],
  [
    'a first run of its own',
    '0 9 * * MON',
    'UTC',
    '2026-11-24T11:11:11.5Z',
    '2026-11-24T11:11:12Z',
    '2026-11-30T09:00:00Z',
    0,
  ],
  [
    'into summer time, to the end of the gap',
    '30 2 * * *',
    'Europe/Berlin',
    '2026-03-28T01:30:00Z',
    '2026-03-28T01:30:00.01Z',
    '2026-03-29T01:00:00Z',
    0,
  ],
  [
    'out of the gap, by the wall clock again',
    '30 2 * * *',
    'Europe/Berlin',
    '2026-03-29T01:00:00Z',
    '2026-03-29T01:00:00.01Z',
    '2026-03-30T00:30:00Z',
    0,
  ],
  [
    'through an hour that comes twice, once',
    '30 2 * * *',
    'Europe/Berlin',
    '2026-10-25T00:30:00Z',
    '2026-10-25T00:30:00.01Z',
    '2026-10-26T01:30:00Z',
    0,
  ],
  [
    'through an hour that comes twice, both times with a *',
    '*/30 * * * *',
    'Europe/Berlin',
    '2026-10-25T00:30:00Z',
    '2026-10-25T00:30:00.01Z',
    '2026-10-25T01:00:00Z',
    0,
  ],
]
test.each(cases)('the next time of a pattern: %s', async (_, cron, zone, slot, now, next, missed) => {
  const task = await insert(cron, zone, slot)
  const { taken } = await claimAt(now, task.service_id)
  expect(taken).toMatchObject([{ task_id: task.id, scheduled_for: slot, once: false }])
  expect((await taskRow(task)).scheduled_at).toBe(next)
  expect(await executionsOf(task)).toMatchObject([{ scheduled_for: slot, missed_slots: missed }])
})

test('a pattern whose next time, or the one after it, is decades away is claimed, and keeps its times', async () => {
  // 29 November is a Sunday in 2026, 2037 and 2043; 29 February in 2032, 2060, 2088 and 2128.
  for (const [cron, slot, next] of [
    ['0 9 29 11 */7', '2026-11-29T09:00:00Z', '2037-11-29T09:00:00Z'],
    ['0 9 29 11 */7', '2026-11-01T00:00:00Z', '2026-11-29T09:00:00Z'],
    ['0 9 29 2 */7', '2088-02-29T09:00:00Z', '2128-02-29T09:00:00Z'],
  ] as const) {
    const task = await insert(cron, 'UTC', slot)
    const now = slot.replace(':00Z', ':01Z')
    expect((await claimAt(now, task.service_id)).taken).toMatchObject([{ task_id: task.id, once: false }])
    expect((await taskRow(task)).scheduled_at).toBe(next)
  }
})

test('a pattern that has no further time ends like a task that runs once', async () => {
  // The last Sunday of March skips the hour in every year.
  const task = await insert('* 2 29 3 */7', 'Europe/Berlin', '2026-11-24T12:00:00Z')
  const { taken } = await claimAt('2026-11-24T12:00:00.05Z', task.service_id)
  expect(taken).toMatchObject([{ task_id: task.id, once: true }])
  expect(await taskRow(task)).toMatchObject({
    status: 'active',
    once_running: true,
    scheduled_at: '2026-11-24T12:00:00Z',
  })
  expect((await claimAt('2026-11-24T12:10:00Z', task.service_id)).taken).toEqual([])
})

test('a pattern that has no further time is tried again as often as the task says, and is disabled then', async () => {
  const task = await insert('* 2 29 3 */7', 'Europe/Berlin', new Date(Date.now() - 1000).toISOString(), {
    url: target.url('/500'),
    retries: 1,
  })
  await startScheduler()
  await eventually(async () => (await taskRow(task)).status === 'disabled', 'it is disabled', 20_000)
  expect(await taskRow(task)).toMatchObject({ scheduled_at: null, once_running: false })
  expect((await executionsOf(task)).map(({ status, attempt }) => [status, attempt])).toEqual([
    ['failed', 1],
    ['failed', 2],
  ])
})

test('a claim after the computed next time uses the time after it, and counts the first as missed', async () => {
  const task = await insert('*/5 * * * *', 'UTC', '2026-11-24T12:00:00Z')
  const { taken } = await claimAt('2026-11-24T12:05:00.1Z', task.service_id, '2026-11-24T12:04:59.9Z')
  expect(taken).toHaveLength(1)
  expect((await taskRow(task)).scheduled_at).toBe('2026-11-24T12:10:00Z')
  expect(await executionsOf(task)).toMatchObject([{ missed_slots: 1 }])
})

test('a claim whose times are out of date leaves the slot for the next one', async () => {
  const task = await insert('*/5 * * * *', 'UTC', '2026-11-24T12:00:00Z')
  const { taken } = await claimAt('2026-11-24T12:11:00Z', task.service_id, '2026-11-24T12:04:00Z')
  expect(taken).toEqual([])
  expect((await taskRow(task)).scheduled_at).toBe('2026-11-24T12:00:00Z')
  expect((await claimAt('2026-11-24T12:11:00Z', task.service_id)).taken).toHaveLength(1)
})

test('many tasks of one pattern are looked up once; tasks of all kinds are claimed together, oldest first', async () => {
  const service_id = await insertService()
  const at = '2026-11-24T12:00:00Z'
  for (let n = 0; n < 20; n++) await insert('0 12 * * *', 'UTC', at, { service_id })
  await insert('0 12 * * *', 'Europe/Berlin', '2026-11-24T11:00:00Z', { service_id })
  await insertTask({ service_id, scheduled_at: '2026-11-24T11:59:00Z' })
  await insert('0 13 * * *', 'UTC', '2026-11-24T13:00:00Z', { service_id })
  await insert('0 12 * * *', 'UTC', at, { service_id, status: 'paused' })
  const { crons, taken } = await claimAt('2026-11-24T12:00:01Z', service_id)
  expect(crons.map(({ time_zone }) => time_zone).toSorted()).toEqual(['Europe/Berlin', 'UTC'])
  expect(taken.map((slot) => slot.scheduled_for.slice(11, 16))).toEqual(['11:00', '11:59', ...Array(20).fill('12:00')])
})

test('a task with an unknown pattern or zone keeps its slot, and delays no other', async () => {
  const service_id = await insertService()
  const lost = await insert('0 12 * * *', 'Mars/Olympus', '2026-11-24T12:00:00Z', { service_id })
  const broken = await insert('a b c d e', 'UTC', '2026-11-24T12:00:00Z', { service_id })
  const good = await insert('0 12 * * *', 'UTC', '2026-11-24T12:00:00Z', { service_id })
  const { taken } = await claimAt('2026-11-24T12:00:01Z', service_id)
  expect(taken.map((slot) => slot.task_id)).toEqual([good.id])
  for (const task of [lost, broken]) expect((await taskRow(task)).scheduled_at).toBe('2026-11-24T12:00:00Z')
})

test('slots of a pattern due while the last execution runs are skipped and counted', async () => {
  const task = await insert('*/10 * * * *', 'UTC', '2026-11-24T12:00:00Z')
  await claimAt('2026-11-24T12:00:01Z', task.service_id)
  const { running, crons } = await claimAt('2026-11-24T12:20:01Z', task.service_id)
  expect(running).toHaveLength(1)
  await skipSlots(claims.connection, running, 660, crons)
  expect((await taskRow(task)).scheduled_at).toBe('2026-11-24T12:30:00Z')
  expect(await executionsOf(task)).toMatchObject([{ status: 'started' }, { status: 'skipped', missed_slots: 2 }])
  await finish()
  expect((await claimAt('2026-11-24T12:30:00Z', task.service_id)).taken).toHaveLength(1)
})

test('a running scheduler claims cron tasks repeatedly, and never disables one', async () => {
  const task: TestTask = await insert('* * * * *', 'UTC', new Date(Date.now() - 1000).toISOString(), {
    url: target.url(),
  })
  await startScheduler()
  const runs = async (count: number) =>
    eventually(
      async () => (await executionsOf(task)).filter(({ status }) => status === 'success').length === count,
      () => `run ${count}`,
    )
  await runs(1)
  const { status, scheduled_at, once_running } = await taskRow(task)
  expect({ status, once_running, seconds: new Date(scheduled_at).getUTCSeconds() }).toEqual({
    status: 'active',
    once_running: false,
    seconds: 0,
  })
  expect(Date.parse(scheduled_at) - Date.now()).toBeWithin(0, 60_001)
  await sql`update task set scheduled_at = now()`
  await runs(2)
})

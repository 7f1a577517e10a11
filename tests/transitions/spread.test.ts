import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test'
import { skipSlots } from '../../src/transitions/skip.ts'
import { skipLateSlots } from '../../src/transitions/skip-late.ts'
import { ClockedClaims } from '../support/clocked-claims.ts'
import { emptyDatabase } from '../support/database.ts'
import { executionsOf, insertTask, taskRow } from '../support/rows.ts'

const claims = new ClockedClaims('spread_clock')
beforeAll(() => claims.open())
afterAll(() => claims.close())
beforeEach(emptyDatabase)

const half = { spread_seconds: 3_600, spread_offset: 1_800 }
const every = (frequency: number, unit: string) => ({ frequency, unit })
const by = (cron: string, time_zone = 'UTC') => ({ frequency: null, unit: null, cron, time_zone })

// All times are those at which the task starts, half an hour after its slot, but for the slot.
test.each([
  ['an interval', every(1, 'hour'), '2026-11-24T12:30:00Z', '2026-11-24T12:30:01Z', '12:00', '2026-11-24T13:30:00Z', 0],
  [
    'an interval after an outage',
    every(1, 'hour'),
    '2026-11-24T02:30:00Z',
    '2026-11-24T12:10:00Z',
    '02:00',
    '2026-11-24T12:30:00Z',
    9,
  ],
  ['a pattern', by('0 * * * *'), '2026-11-24T12:30:00Z', '2026-11-24T12:30:01Z', '12:00', '2026-11-24T13:30:00Z', 0],
  [
    'a pattern after an outage, whose next slot has passed and not started',
    by('0 * * * *'),
    '2026-11-24T02:30:00Z',
    '2026-11-24T12:10:00Z',
    '02:00',
    '2026-11-24T12:30:00Z',
    9,
  ],
  [
    'the night in which clocks go forward',
    by('30 2 * * *', 'Europe/Berlin'),
    '2026-03-28T02:00:00Z',
    '2026-03-28T02:00:01Z',
    '01:30',
    '2026-03-29T01:30:00Z',
    0,
  ],
  [
    'a month, whose slot stands on the last day though the task starts on the first',
    every(1, 'month'),
    '2026-02-01T00:15:00Z',
    '2026-02-01T00:15:01Z',
    '23:45',
    '2026-03-01T00:15:00Z',
    0,
  ],
])('the next start keeps its distance from the slot: %s', async (_, schedule, start, now, slot, next, missed) => {
  const task = await insertTask({ ...schedule, ...half, scheduled_at: start })
  const { taken } = await claims.claim(now, task)
  expect(taken.map(({ scheduled_for }) => scheduled_for.slice(11, 16))).toEqual([slot])
  expect(taken[0]).toMatchObject({ scheduled_at: start })
  expect((await taskRow(task)).scheduled_at).toBe(next)
  const [execution] = await executionsOf(task)
  expect([execution?.scheduled_for.slice(11, 16), execution?.missed_slots]).toEqual([slot, missed])
})

test('how late a task starts is measured from its start, and not from its slot', async () => {
  const task = await insertTask({ ...every(1, 'hour'), ...half, scheduled_at: '2026-11-24T12:30:00Z' })
  const { taken } = await claims.claim('2026-11-24T12:30:00.25Z', task)
  expect(taken).toMatchObject([{ skew_ms: 250, scheduled_for: '2026-11-24T12:00:00Z' }])
})

test('nothing starts between the slot and the start', async () => {
  const task = await insertTask({ ...by('0 * * * *'), ...half, scheduled_at: '2026-11-24T12:30:00Z' })
  expect((await claims.claim('2026-11-24T12:29:59Z', task)).taken).toEqual([])
})

test('tasks with one pattern that start at one time for different slots each get their own next time', async () => {
  const start = '2026-11-24T12:30:00Z'
  const plain = await insertTask({ ...by('30 * * * *'), scheduled_at: start })
  const spread = await insertTask({
    ...by('30 * * * *'),
    ...{ spread_seconds: 3_600, spread_offset: 600, scheduled_at: start, service_id: plain.service_id },
  })
  const { taken, crons } = await claims.claim('2026-11-24T12:30:01Z', plain)
  expect([taken.length, crons.length]).toEqual([2, 2])
  expect((await taskRow(plain)).scheduled_at).toBe('2026-11-24T13:30:00Z')
  // Its slot was moved to 12:20 by hand; the next one is that of the pattern.
  expect((await taskRow(spread)).scheduled_at).toBe('2026-11-24T12:40:00Z')
})

test('slots that are skipped are recorded under their own times', async () => {
  const task = await insertTask({ ...by('0 * * * *'), ...half, scheduled_at: '2026-11-24T11:30:00Z' })
  const first = await claims.claim('2026-11-24T11:30:01Z', task)
  const { running, crons } = await claims.claim('2026-11-24T12:30:01Z', task)
  expect([first.taken.length, running.length]).toEqual([1, 1])
  await skipSlots(claims.connection, running, 660, crons)
  expect((await taskRow(task)).scheduled_at).toBe('2026-11-24T13:30:00Z')
  const skipped = (await executionsOf(task)).filter(({ status }) => status === 'skipped')
  expect(skipped).toMatchObject([{ scheduled_for: '2026-11-24T12:00:00Z', missed_slots: 1 }])
})

test('slots that are too late are recorded under their own times', async () => {
  const scheduled_at = '2026-11-24T11:30:00Z'
  const task = await insertTask({ ...by('0 * * * *'), ...half, scheduled_at, late_limit_seconds: 60 })
  const { taken, late } = await claims.claim('2026-11-24T13:31:01Z', task)
  expect([taken.length, late.length]).toEqual([0, 1])
  await skipLateSlots(claims.connection, late)
  expect((await taskRow(task)).scheduled_at).toBe('2026-11-24T14:30:00Z')
  expect(await executionsOf(task)).toMatchObject([{ scheduled_for: '2026-11-24T11:00:00Z', missed_slots: 3 }])
})
